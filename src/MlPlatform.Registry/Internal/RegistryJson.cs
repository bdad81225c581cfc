using System.Text.Json.Serialization;

namespace MlPlatform.Registry.Internal;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RunProvenance))]
internal sealed partial class RegistryJson : JsonSerializerContext;
