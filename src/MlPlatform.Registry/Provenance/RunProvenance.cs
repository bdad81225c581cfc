namespace MlPlatform.Registry;

/// <summary>What a run was made from, beside its data.</summary>
/// <remarks>
/// What the caller leaves out is filled in when a run starts, but for the seed, which only the caller knows; see
/// <see cref="RegistryOptions.CaptureProvenance"/>.
/// </remarks>
public sealed record RunProvenance
{
    /// <summary>The commit of the training code.</summary>
    public string? Commit { get; init; }

    /// <summary>Whether the working tree had uncommitted changes; null when unknown.</summary>
    public bool? Dirty { get; init; }

    /// <summary>The seed of the run.</summary>
    public long? Seed { get; init; }

    /// <summary>How the process was started. Values that look like secrets are left out.</summary>
    public string? CommandLine { get; init; }

    /// <summary>Operating system, runtime and the like. Never secrets.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The artifact that lists the packages of the process: a JSON object of name and version.</summary>
    public string? Packages { get; init; }
}
