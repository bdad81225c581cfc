namespace MlPlatform.Registry.Mlflow.Internal;

internal sealed record RunOutputsReply(List<ModelUseReply>? ModelOutputs);
