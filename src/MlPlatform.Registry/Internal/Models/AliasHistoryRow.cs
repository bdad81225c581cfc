using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

internal sealed class AliasHistoryRow
{
    public const string Columns = """
        row_version AS RowVersion, version AS Version, previous AS Previous, from_at AS FromAt, to_at AS ToAt, actor AS Actor, kind AS Kind,
        reason AS Reason, evidence AS Evidence
        """;

    public required long RowVersion { get; init; }

    public int? Version { get; init; }

    public int? Previous { get; init; }

    public required long FromAt { get; init; }

    public long? ToAt { get; init; }

    public required string Actor { get; init; }

    public required string Kind { get; init; }

    public required string Reason { get; init; }

    public string? Evidence { get; init; }

    public AliasHistoryEntry ToEntry() =>
        new(
            Version,
            Previous,
            StoredTime.FromMicros(FromAt),
            StoredTime.FromMicros(ToAt),
            Actor,
            new(Enum.Parse<AliasMoveKind>(Kind), Reason, Evidence is null ? null : ArtifactDigest.Parse(Evidence))
        );
}
