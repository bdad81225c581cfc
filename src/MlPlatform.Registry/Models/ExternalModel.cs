namespace MlPlatform.Registry;

/// <summary>A model whose files are not a package of ours: what another system registers.</summary>
/// <param name="Source">Where its files are, up to 5000 characters. Stored, never opened.</param>
public sealed record ExternalModel(string Source)
{
    /// <summary>A page about the run that made it, if said.</summary>
    public string? RunLink { get; init; }

    /// <summary>
    /// The run that made it, when its id is not one of ours: the registry of one server may serve the runs of another. Up to 500 characters; stored, and
    /// no lineage. Default: none.
    /// </summary>
    public string? ForeignRunId { get; init; }

    /// <summary>The logged model that it was, if it was one.</summary>
    public string? LoggedModelId { get; init; }

    /// <summary>The package made of its files, if they could be read as one: then it can be served.</summary>
    public StoredModelPackage? Package { get; init; }
}
