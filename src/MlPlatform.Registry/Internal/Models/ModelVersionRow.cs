using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

internal sealed class ModelVersionRow
{
    public const string Columns = """
        model AS Model, version AS Version, manifest_digest AS ManifestDigest, run_id AS RunId, created_at AS CreatedAt, created_by AS CreatedBy,
        description AS Description, idempotency_key AS IdempotencyKey
        """;

    public required string Model { get; init; }

    public required int Version { get; init; }

    public required string ManifestDigest { get; init; }

    public string? RunId { get; init; }

    public required long CreatedAt { get; init; }

    public required string CreatedBy { get; init; }

    public string? Description { get; init; }

    public string? IdempotencyKey { get; init; }

    public ModelVersion ToVersion(IReadOnlyDictionary<string, string> tags) =>
        new()
        {
            Id = new(Model, Version),
            ManifestDigest = ArtifactDigest.Parse(ManifestDigest),
            RunId = RunId is null ? null : Core.RunId.Parse(RunId),
            CreatedAt = StoredTime.FromMicros(CreatedAt),
            CreatedBy = CreatedBy,
            Description = Description,
            Tags = tags,
        };
}
