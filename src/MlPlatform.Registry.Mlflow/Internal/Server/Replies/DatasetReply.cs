namespace MlPlatform.Registry.Mlflow.Internal;

internal sealed record DatasetReply(string? Name, string? Digest, string? SourceType, string? Source, string? Schema, string? Profile);
