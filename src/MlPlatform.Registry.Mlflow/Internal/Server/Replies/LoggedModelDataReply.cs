namespace MlPlatform.Registry.Mlflow.Internal;

internal sealed record LoggedModelDataReply(List<TextPair>? Params, List<MetricReply>? Metrics);
