namespace MlPlatform.Registry.Mlflow.Internal;

internal sealed record LoggedModelInfoReply(string? ModelId, string? ArtifactUri);
