namespace MlPlatform.Registry;

/// <summary>What may be said about an experiment when it is made.</summary>
public sealed record ExperimentOptions
{
    /// <summary>Its id, 1 to 64 letters, digits, <c>_</c> and <c>-</c>, for an importer. Default: a new one.</summary>
    public string? Id { get; init; }

    /// <summary>Where another tracker keeps its files. Stored, never opened.</summary>
    public string? ArtifactLocation { get; init; }

    /// <summary>Tags; keys up to 250 characters, values up to 5000.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
