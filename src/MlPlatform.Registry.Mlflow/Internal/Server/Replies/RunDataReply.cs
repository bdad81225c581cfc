namespace MlPlatform.Registry.Mlflow.Internal;

internal sealed record RunDataReply(List<MetricReply>? Metrics, List<TextPair>? Params, List<TextPair>? Tags);
