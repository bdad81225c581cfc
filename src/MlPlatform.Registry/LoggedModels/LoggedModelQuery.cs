namespace MlPlatform.Registry;

/// <summary>Which logged models to find.</summary>
public sealed record LoggedModelQuery
{
    /// <summary>Only models of these experiments; none searches all.</summary>
    public IReadOnlyList<string> ExperimentIds { get; init; } = [];

    /// <summary>What must hold of a model, in the grammar of <see cref="RunQuery"/>.</summary>
    public string? Filter { get; init; }

    /// <summary>
    /// Only models that were measured on one of these datasets; metrics of the filter count only as measured there. None takes every model and
    /// measurement.
    /// </summary>
    public IReadOnlyList<LoggedModelDataset> Datasets { get; init; } = [];

    /// <summary>Keys to order by. Then and by default the newest first.</summary>
    public IReadOnlyList<LoggedModelOrder> OrderBy { get; init; } = [];

    /// <summary>Whether deleted models are found. Default: only those that are not deleted.</summary>
    public LifecycleView View { get; init; }

    /// <summary>At most so many, 1 to 1000. Default: 100.</summary>
    public int Limit { get; init; } = 100;

    /// <summary>The token of the page before; all but <see cref="Limit"/> must be the same.</summary>
    public string? PageToken { get; init; }
}
