using System.Text.Json.Serialization;

namespace MlPlatform.Core.Internal;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(IReadOnlyList<DataColumn>))]
[JsonSerializable(typeof(ModelManifest))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(GateResult))]
internal sealed partial class CoreJson : JsonSerializerContext;
