namespace MlPlatform.Registry.Mlflow.Internal;

internal sealed record FileReply(string? Path, bool? IsDir, long? FileSize);
