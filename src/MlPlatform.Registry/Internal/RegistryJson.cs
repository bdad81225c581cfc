using System.Text.Json.Serialization;

namespace MlPlatform.Registry.Internal;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RunProvenance))]
[JsonSerializable(typeof(ModelCard))]
internal sealed partial class RegistryJson : JsonSerializerContext;
