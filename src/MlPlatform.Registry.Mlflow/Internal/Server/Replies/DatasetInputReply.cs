namespace MlPlatform.Registry.Mlflow.Internal;

internal sealed record DatasetInputReply(List<TextPair>? Tags, DatasetReply? Dataset);
