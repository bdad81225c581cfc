using System.Text.Json.Serialization;

namespace MlPlatform.Registry.Mlflow.Internal;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(RunProvenance))]
internal sealed partial class ProvenanceJson : JsonSerializerContext;
