using System.Text.Json.Serialization;

namespace MlPlatform.Registry.Mlflow.Internal;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    NumberHandling = JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.AllowNamedFloatingPointLiterals
)]
[JsonSerializable(typeof(MlflowReply))]
[JsonSerializable(typeof(ErrorReply))]
internal sealed partial class MlflowJson : JsonSerializerContext;
