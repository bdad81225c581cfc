namespace MlPlatform.Registry.Mlflow.Internal;

internal sealed record DatasetSummaryReply(string? ExperimentId, string? Name, string? Digest, string? Context);
