using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

internal sealed class ModelVersionRow
{
    public const string Columns = """
        v.model AS Model, v.version AS Version, v.manifest_digest AS ManifestDigest, v.source AS Source, v.run_id AS RunId,
        v.run_link AS RunLink, v.logged_model_id AS LoggedModelId, v.created_at AS CreatedAt, v.updated_at AS UpdatedAt,
        v.created_by AS CreatedBy, v.description AS Description, v.idempotency_key AS IdempotencyKey,
        v.copied_from AS CopiedFrom
        """;

    /// <summary>Deleted versions are there for their numbers only.</summary>
    public const string From = "reg_model_version v";

    public required string Model { get; init; }

    public required int Version { get; init; }

    public string? ManifestDigest { get; init; }

    public string? Source { get; init; }

    public string? RunLink { get; init; }

    public string? LoggedModelId { get; init; }

    /// <summary>A run of ours, or any id of another server's.</summary>
    public string? RunId { get; init; }

    public required long CreatedAt { get; init; }

    public required long UpdatedAt { get; init; }

    public required string CreatedBy { get; init; }

    public string? Description { get; init; }

    public string? IdempotencyKey { get; init; }

    public string? CopiedFrom { get; init; }

    private RunId? OwnRun =>
        Guid.TryParseExact(RunId, "N", out var id) && string.Equals(new RunId(id).ToString(), RunId, StringComparison.Ordinal)
            ? new RunId(id)
            : null;

    public ModelVersion ToVersion(IReadOnlyDictionary<string, string> tags) =>
        new()
        {
            Id = new(Model, Version),
            ManifestDigest = ManifestDigest is null ? null : ArtifactDigest.Parse(ManifestDigest),
            Source = Source,
            RunLink = RunLink,
            LoggedModelId = LoggedModelId,
            RunId = OwnRun,
            ForeignRunId = OwnRun is null ? RunId : null,
            CreatedAt = StoredTime.FromMicros(CreatedAt),
            UpdatedAt = StoredTime.FromMicros(UpdatedAt),
            CreatedBy = CreatedBy,
            Description = Description,
            CopiedFrom = CopiedFrom,
            Tags = tags,
        };
}
