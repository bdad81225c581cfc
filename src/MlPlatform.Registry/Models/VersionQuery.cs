namespace MlPlatform.Registry;

/// <summary>Which versions of models to find.</summary>
public sealed record VersionQuery
{
    /// <summary>What must hold of a version, in the grammar of <see cref="RunQuery"/>.</summary>
    /// <remarks>
    /// <c>name</c> (the model's), <c>source_path</c> and <c>tags.x</c> take <c>= != LIKE ILIKE</c>; <c>run_id</c> takes those and <c>IN</c>,
    /// <c>NOT IN</c>; <c>version_number</c>, <c>creation_timestamp</c> and <c>last_updated_timestamp</c> (milliseconds) take comparisons.
    /// </remarks>
    public string? Filter { get; init; }

    /// <summary>Keys of <see cref="Filter"/>, each with <c>ASC</c> or <c>DESC</c>; then by name, the highest version first. Default: the last updated
    /// first.</summary>
    public IReadOnlyList<string> OrderBy { get; init; } = [];

    /// <summary>At most so many, 1 to 200,000. Default: 100.</summary>
    public int Limit { get; init; } = 100;

    /// <summary>The token of the page before; all but <see cref="Limit"/> must be the same.</summary>
    public string? PageToken { get; init; }
}
