namespace MlPlatform.Registry.Mlflow.Internal;

internal sealed record ModelUseReply(string? ModelId, long? Step);
