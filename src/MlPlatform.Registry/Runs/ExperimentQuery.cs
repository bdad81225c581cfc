namespace MlPlatform.Registry;

/// <summary>Which experiments to find.</summary>
public sealed record ExperimentQuery
{
    /// <summary>What must hold of an experiment, in the grammar of <see cref="RunQuery"/>.</summary>
    /// <remarks>
    /// <c>name</c> and <c>tags.x</c> take <c>= != LIKE ILIKE</c>; <c>creation_time</c> and <c>last_update_time</c> (milliseconds) take comparisons.
    /// </remarks>
    public string? Filter { get; init; }

    /// <summary>Keys of <see cref="Filter"/> or <c>experiment_id</c>, each with <c>ASC</c> or <c>DESC</c>. Then and by default the newest first.</summary>
    public IReadOnlyList<string> OrderBy { get; init; } = [];

    /// <summary>Whether deleted experiments are found. Default: only those that are not deleted.</summary>
    public LifecycleView View { get; init; }

    /// <summary>At most so many, 1 to 50,000. Default: 100.</summary>
    public int Limit { get; init; } = 100;

    /// <summary>The token of the page before; all but <see cref="Limit"/> must be the same.</summary>
    public string? PageToken { get; init; }
}
