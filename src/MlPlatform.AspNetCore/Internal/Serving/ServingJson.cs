using System.Text.Json.Serialization;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>How the messages of the routes that operate serving are read and written.</summary>
[JsonSourceGenerationOptions(
    AllowDuplicateProperties = false,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow
)]
[JsonSerializable(typeof(ServingMessages.RolloutStart))]
[JsonSerializable(typeof(ServingMessages.RolloutEnd))]
[JsonSerializable(typeof(ServingMessages.RolloutAnswer))]
[JsonSerializable(typeof(ServingMessages.RolloutList))]
[JsonSerializable(typeof(ServingMessages.EvidenceAnswer))]
[JsonSerializable(typeof(ServingMessages.ServedList))]
[JsonSerializable(typeof(ServingMessages.ServingError))]
internal sealed partial class ServingJson : JsonSerializerContext;
