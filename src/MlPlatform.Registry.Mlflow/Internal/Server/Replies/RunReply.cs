namespace MlPlatform.Registry.Mlflow.Internal;

internal sealed record RunReply(RunInfoReply? Info, RunDataReply? Data, RunInputsReply? Inputs, RunOutputsReply? Outputs);
