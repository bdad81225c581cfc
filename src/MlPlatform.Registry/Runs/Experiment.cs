namespace MlPlatform.Registry;

/// <summary>A named collection of runs.</summary>
/// <param name="Id">Up to 64 characters; 32 lower-case hexadecimal digits when made here.</param>
/// <param name="Name">Its unique name, compared by ordinal; a deleted experiment keeps it.</param>
/// <param name="CreatedAt">When it was made, in platform time.</param>
public sealed record Experiment(string Id, string Name, DateTimeOffset CreatedAt)
{
    /// <summary>When it or its tags last changed, in platform time.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When it was deleted; null while it is active.</summary>
    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>Where another tracker would keep its files, if it said so; ours are in the artifact store.</summary>
    public string? ArtifactLocation { get; init; }

    /// <summary>Its tags.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
