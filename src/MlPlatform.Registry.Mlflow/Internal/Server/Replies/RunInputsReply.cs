namespace MlPlatform.Registry.Mlflow.Internal;

internal sealed record RunInputsReply(List<DatasetInputReply>? DatasetInputs, List<ModelUseReply>? ModelInputs);
