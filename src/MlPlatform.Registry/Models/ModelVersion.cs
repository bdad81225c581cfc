using MlPlatform.Core;

namespace MlPlatform.Registry;

/// <summary>An immutable version of a registered model.</summary>
public sealed record ModelVersion
{
    /// <summary>The model's name and the version's number.</summary>
    public required ModelVersionId Id { get; init; }

    /// <summary>The digest of the package's manifest: what the version is, to the last byte. Null when another system registered it without a package.</summary>
    public required ArtifactDigest? ManifestDigest { get; init; }

    /// <summary>Where another system that registered it keeps its files.</summary>
    public string? Source { get; init; }

    /// <summary>A page about the run that made it, if said.</summary>
    public string? RunLink { get; init; }

    /// <summary>The logged model that it was, if it was one.</summary>
    public string? LoggedModelId { get; init; }

    /// <summary>The run that made it, if known.</summary>
    public RunId? RunId { get; init; }

    /// <summary>The run of another server that made it, if it was said; then <see cref="RunId"/> is null.</summary>
    public string? ForeignRunId { get; init; }

    /// <summary>When it was registered, in platform time.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its description or tags last changed, in platform time.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Who registered it, as <c>kind:id</c>.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>What its maker said about it.</summary>
    public string? Description { get; init; }

    /// <summary>The version that it is a copy of, here or in another environment; null when it is none.</summary>
    public string? CopiedFrom { get; init; }

    /// <summary>Free-form tags.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
