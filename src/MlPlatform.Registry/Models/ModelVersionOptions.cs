using MlPlatform.Core;

namespace MlPlatform.Registry;

/// <summary>What may be said about a version when it is registered.</summary>
public sealed record ModelVersionOptions
{
    /// <summary>The run that made it. Default: the run that the package's provenance names, if that is a <see cref="Core.RunId"/>.</summary>
    public RunId? RunId { get; init; }

    /// <summary>A sentence or two for people.</summary>
    public string? Description { get; init; }

    /// <summary>Free-form tags; keys up to 250 characters.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>
    /// Names this registration, up to 250 characters, unique in the model: repeating it gives the version that the first call made, whatever the
    /// package is now. A step that may be resumed passes its own id. Default: none, every call makes a version.
    /// </summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>The version that it is a copy of, up to 500 characters, as <c>name@vN</c> and, of another environment, with that one's name before it.</summary>
    public string? CopiedFrom { get; init; }

    /// <summary>
    /// For importers: the version's number, not below the next one; the numbers that it leaves out are never used. Default: the next one, so that there is
    /// no gap.
    /// </summary>
    public int? Number { get; init; }

    /// <summary>For importers: when the version was registered. Default: now, in platform time.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>What the version was made from beside its run, for example a training set; each becomes a lineage edge.</summary>
    public IReadOnlyList<AssetRef> MadeFrom { get; init; } = [];
}
