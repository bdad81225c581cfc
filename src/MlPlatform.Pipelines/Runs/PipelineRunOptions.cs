namespace MlPlatform.Pipelines;

/// <summary>How a run is started.</summary>
public sealed record PipelineRunOptions
{
    /// <summary>The event that caused it.</summary>
    public EventId? CauseId { get; init; }

    /// <summary>The seed that the steps' seeds are made from. Default: 0, so that cached outputs serve many runs.</summary>
    public long Seed { get; init; }

    /// <summary>The platform time that it looks at data as of. Default: now.</summary>
    public DateTimeOffset? AsOf { get; init; }
}
