namespace MlPlatform.Pipelines;

/// <summary>Where a step is.</summary>
public enum PipelineStepState
{
    /// <summary>Steps before it have not ended.</summary>
    Blocked,

    /// <summary>It may be run now, or after a retry's delay.</summary>
    Ready,

    /// <summary>A worker runs it, or a map's items are being run.</summary>
    Running,

    /// <summary>It waits for a time, an event or a person.</summary>
    Waiting,

    /// <summary>It has an output.</summary>
    Succeeded,

    /// <summary>It took an earlier output.</summary>
    Cached,

    /// <summary>It failed in every attempt.</summary>
    Failed,

    /// <summary>It is a gate that did not pass, or an approval that was not given.</summary>
    GateFailed,

    /// <summary>A condition did not hold, or a step that it needs has no output.</summary>
    Skipped,

    /// <summary>The run was cancelled, or another item of its map failed.</summary>
    Cancelled,
}
