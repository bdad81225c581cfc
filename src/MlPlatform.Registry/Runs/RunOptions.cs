using MlPlatform.Core;

namespace MlPlatform.Registry;

/// <summary>How a run starts.</summary>
public sealed record RunOptions
{
    /// <summary>A name for people, up to 500 characters. Default: made from the id.</summary>
    public string? Name { get; init; }

    /// <summary>The run that this one is a part of.</summary>
    public RunId? ParentRunId { get; init; }

    /// <summary>Tags to set.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The run's id. If such a run exists, it is continued: a step that may be resumed passes the id it had. Default: a new id.</summary>
    public RunId? RunId { get; init; }

    /// <summary>When the run began. Default: now, in platform time.</summary>
    public DateTimeOffset? StartTime { get; init; }

    /// <summary>The user that a client names, up to 256 characters; the actor is who calls, whatever this says.</summary>
    public string? UserId { get; init; }

    /// <summary>What the run is made from; becomes the event <c>run.provenance</c>. What is left out is captured when the run starts.</summary>
    public RunProvenance? Provenance { get; init; }

    /// <summary>
    /// Whether the process's use of processors and memory is logged as metrics <c>system/...</c> while the run is written. Default: null, as
    /// <see cref="RegistryOptions.SystemMetrics"/> says.
    /// </summary>
    public bool? SystemMetrics { get; init; }
}
