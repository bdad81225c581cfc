namespace MlPlatform.Pipelines.Internal;

internal sealed class RunRow
{
    public const string Columns = """
        run_id AS RunId, pipeline AS Pipeline, spec_hash AS SpecHash, params_json AS ParamsJson, seed AS Seed, as_of AS AsOf, state AS State,
        cause_id AS CauseText, trigger_id AS TriggerId, actor AS Actor, cancel_requested_work AS CancelRequested, created_at AS CreatedAt,
        ended_at AS EndedAt, created_work AS CreatedWork, ended_work AS EndedWork
        """;

    public required string RunId { get; init; }

    public required string Pipeline { get; init; }

    public required string SpecHash { get; init; }

    public required string ParamsJson { get; init; }

    public required long Seed { get; init; }

    public required long AsOf { get; init; }

    public required string State { get; init; }

    public string? CauseText { get; init; }

    public string? TriggerId { get; init; }

    public required string Actor { get; init; }

    public long? CancelRequested { get; init; }

    public required long CreatedAt { get; init; }

    public long? EndedAt { get; init; }

    public required long CreatedWork { get; init; }

    public long? EndedWork { get; init; }
}
