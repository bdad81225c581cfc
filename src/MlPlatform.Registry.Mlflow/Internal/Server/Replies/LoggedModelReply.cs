namespace MlPlatform.Registry.Mlflow.Internal;

internal sealed record LoggedModelReply(LoggedModelInfoReply? Info, LoggedModelDataReply? Data);
