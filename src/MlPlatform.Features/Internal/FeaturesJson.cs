using System.Text.Json.Serialization;

namespace MlPlatform.Features.Internal;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(TrainingViewCounts[]))]
internal sealed partial class FeaturesJson : JsonSerializerContext;
