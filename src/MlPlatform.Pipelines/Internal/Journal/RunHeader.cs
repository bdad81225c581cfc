namespace MlPlatform.Pipelines.Internal;

/// <summary>What of a run never changes.</summary>
internal sealed class RunHeader
{
    public const string Columns = """
        run_id AS RunId, pipeline AS Pipeline, spec_hash AS SpecHash, params_json AS ParamsJson, seed AS Seed, as_of AS AsOfMicros,
        cause_id AS CauseText, trigger_id AS TriggerId
        """;

    public required string RunId { get; init; }

    public required string Pipeline { get; init; }

    public required string SpecHash { get; init; }

    public required string ParamsJson { get; init; }

    public required long Seed { get; init; }

    public required long AsOfMicros { get; init; }

    public string? CauseText { get; init; }

    public string? TriggerId { get; init; }

    /// <summary>Who starts it, asked in the caller's own context; null when the row was read back, or a trigger starts it.</summary>
    public Actor? Actor { get; init; }

    public PipelineRunId Id => PipelineRunId.Parse(RunId);

    public DateTimeOffset AsOf => StoredTime.FromMicros(AsOfMicros);

    public EventId? CauseId => CauseText is null ? null : EventId.Parse(CauseText);

    public AssetRef Asset => new(AssetKind.PipelineRun, RunId);
}
