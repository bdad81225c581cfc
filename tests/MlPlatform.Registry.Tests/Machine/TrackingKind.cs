namespace MlPlatform.Registry.Tests;

internal enum TrackingKind
{
    CreateExperiment,
    CreateExperimentWithId,
    RenameExperiment,
    DeleteExperiment,
    RestoreExperiment,
    SetExperimentTag,
    DeleteExperimentTag,
    StartRun,
    CreateRun,
    EndRun,
    DeleteRun,
    RestoreRun,
    RenameRun,
    SetTag,
    SetNameTag,
    SetParentTag,
    DeleteTag,
    LogParams,
    LogMetrics,
    LogBatch,
}
