namespace MlPlatform.Registry.Mlflow.Internal;

internal sealed record ErrorReply(string? ErrorCode, string? Message);
