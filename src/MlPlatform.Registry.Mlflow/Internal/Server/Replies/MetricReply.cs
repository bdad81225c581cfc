namespace MlPlatform.Registry.Mlflow.Internal;

internal sealed record MetricReply(
    string? Key,
    double? Value,
    long? Timestamp,
    long? Step,
    string? DatasetName,
    string? DatasetDigest,
    string? RunId
);
