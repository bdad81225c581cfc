namespace MlPlatform.Pipelines;

/// <summary>Where a run is.</summary>
public enum PipelineRunState
{
    /// <summary>A step runs, or is about to be run by a worker.</summary>
    Running,

    /// <summary>Everything that is left waits for a time, an event or a person.</summary>
    Waiting,

    /// <summary>A step is ready, but no live worker has this version of the pipeline.</summary>
    Stalled,

    /// <summary>All steps succeeded or were skipped by a condition.</summary>
    Succeeded,

    /// <summary>A gate did not pass, or an approval was rejected or expired.</summary>
    GateFailed,

    /// <summary>A step failed for good.</summary>
    Failed,

    /// <summary>Somebody cancelled it.</summary>
    Cancelled,
}
