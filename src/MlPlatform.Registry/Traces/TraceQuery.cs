namespace MlPlatform.Registry;

/// <summary>Which traces to find.</summary>
public sealed record TraceQuery
{
    /// <summary>The experiments that are searched; without any, all are.</summary>
    public IReadOnlyList<string> ExperimentIds { get; init; } = [];

    /// <summary>What must hold of a trace, in the grammar of <see cref="RunQuery"/>.</summary>
    /// <remarks>
    /// <c>tags.x</c> and <c>metadata.x</c> take <c>= != LIKE ILIKE</c>; <c>trace_id</c>, <c>name</c>, <c>status</c> (<c>OK</c>, <c>ERROR</c>, <c>IN_PROGRESS</c>),
    /// <c>run_id</c>, <c>client_request_id</c> and <c>experiment_id</c> take those and <c>IN</c>, <c>NOT IN</c>; <c>timestamp_ms</c> and
    /// <c>execution_time_ms</c> take comparisons.
    /// </remarks>
    public string? Filter { get; init; }

    /// <summary>Keys of <see cref="Filter"/>, each with <c>ASC</c> or <c>DESC</c>. Then and by default the newest first.</summary>
    public IReadOnlyList<string> OrderBy { get; init; } = [];

    /// <summary>At most so many, 1 to 500. Default: 100.</summary>
    public int Limit { get; init; } = 100;

    /// <summary>The token of the page before; all but <see cref="Limit"/> must be the same.</summary>
    public string? PageToken { get; init; }
}
