namespace MlPlatform.Registry;

/// <summary>What a run was made from, beside its data.</summary>
public sealed record RunProvenance
{
    /// <summary>The commit of the training code.</summary>
    public string? Commit { get; init; }

    /// <summary>Whether the working tree had uncommitted changes; null when unknown.</summary>
    public bool? Dirty { get; init; }

    /// <summary>The seed of the run.</summary>
    public long? Seed { get; init; }

    /// <summary>Operating system, runtime and package versions. Never secrets.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
