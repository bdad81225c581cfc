namespace MlPlatform.Pipelines.Internal;

internal sealed class StepRow
{
    public const string Columns = """
        run_id AS RunId, step_no AS StepNo, name AS Name, map_index AS MapIndex, state AS State, attempt AS Attempt, lost_count AS LostCount,
        lease_owner AS Worker, lease_until AS LeaseUntil, started_work AS StartedWork, ended_work AS EndedWork, output_digest AS Digest,
        output_inline AS Inline, cache_doc AS CacheDocument, cache_reason AS CacheReason, error_type AS ErrorType, error AS Error,
        progress AS Progress, progress_text AS ProgressText
        """;

    public required string RunId { get; init; }

    public required int StepNo { get; init; }

    public required string Name { get; init; }

    public int? MapIndex { get; init; }

    public required string State { get; init; }

    public required int Attempt { get; init; }

    public required int LostCount { get; init; }

    public string? Worker { get; init; }

    public long? LeaseUntil { get; init; }

    public long? StartedWork { get; init; }

    public long? EndedWork { get; init; }

    public string? Digest { get; init; }

    public string? Inline { get; init; }

    public string? CacheDocument { get; init; }

    public string? CacheReason { get; init; }

    public string? ErrorType { get; init; }

    public string? Error { get; init; }

    public double? Progress { get; init; }

    public string? ProgressText { get; init; }
}
