namespace MlPlatform.Registry.Mlflow.Internal;

internal sealed record TextPair(string? Key, string? Value);
