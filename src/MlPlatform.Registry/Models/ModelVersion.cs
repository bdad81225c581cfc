using MlPlatform.Core;

namespace MlPlatform.Registry;

/// <summary>An immutable version of a registered model.</summary>
public sealed record ModelVersion
{
    /// <summary>The model's name and the version's number.</summary>
    public required ModelVersionId Id { get; init; }

    /// <summary>The digest of the package's manifest: what the version is, to the last byte.</summary>
    public required ArtifactDigest ManifestDigest { get; init; }

    /// <summary>The run that made it, if known.</summary>
    public RunId? RunId { get; init; }

    /// <summary>When it was registered, in platform time.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Who registered it, as <c>kind:id</c>.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>What its maker said about it.</summary>
    public string? Description { get; init; }

    /// <summary>Free-form tags.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
