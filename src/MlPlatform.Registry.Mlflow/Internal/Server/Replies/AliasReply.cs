namespace MlPlatform.Registry.Mlflow.Internal;

internal sealed record AliasReply(string? Alias, int? Version);
