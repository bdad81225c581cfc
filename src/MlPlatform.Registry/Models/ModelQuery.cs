namespace MlPlatform.Registry;

/// <summary>Which registered models to find.</summary>
public sealed record ModelQuery
{
    /// <summary>What must hold of a model, in the grammar of <see cref="RunQuery"/>.</summary>
    /// <remarks><c>name</c> and <c>tags.x</c> take <c>= != LIKE ILIKE</c>; <c>creation_timestamp</c> and <c>last_updated_timestamp</c>
    /// (milliseconds) take comparisons.</remarks>
    public string? Filter { get; init; }

    /// <summary>Keys of <see cref="Filter"/>, each with <c>ASC</c> or <c>DESC</c>. Then and by default in ordinal order of name.</summary>
    public IReadOnlyList<string> OrderBy { get; init; } = [];

    /// <summary>At most so many, 1 to 1000. Default: 100.</summary>
    public int Limit { get; init; } = 100;

    /// <summary>The token of the page before; all but <see cref="Limit"/> must be the same.</summary>
    public string? PageToken { get; init; }
}
