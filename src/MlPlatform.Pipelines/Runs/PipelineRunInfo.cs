namespace MlPlatform.Pipelines;

/// <summary>A run, as it is now.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Pipeline">The pipeline's name.</param>
/// <param name="State">Where it is.</param>
public sealed record PipelineRunInfo(PipelineRunId Id, string Pipeline, PipelineRunState State)
{
    /// <summary>Why it is stalled; null otherwise.</summary>
    public string? Reason { get; init; }

    /// <summary>The hash of the definition that it runs.</summary>
    public required string SpecHash { get; init; }

    /// <summary>Its parameters as JSON.</summary>
    public required string Parameters { get; init; }

    /// <summary>Its seed.</summary>
    public long Seed { get; init; }

    /// <summary>The platform time that it looks at data as of.</summary>
    public DateTimeOffset AsOf { get; init; }

    /// <summary>The event that caused it, if any.</summary>
    public EventId? CauseId { get; init; }

    /// <summary>The trigger that started it, if any.</summary>
    public string? Trigger { get; init; }

    /// <summary>Who started it: <c>kind:id</c>.</summary>
    public required string Actor { get; init; }

    /// <summary>When it was made, in platform time.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it ended, in platform time.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>How long it took so far or in all, in work time.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Its steps in order of definition, the items of maps after them.</summary>
    public IReadOnlyList<PipelineStepInfo> Steps { get; init; } = [];

    /// <summary>Whether it has come to an end.</summary>
    public bool HasEnded => EndedAt is not null;

    /// <summary>The step of this name.</summary>
    /// <exception cref="AssetNotFoundException">There is none.</exception>
    public PipelineStepInfo Step(string name) =>
        Steps.FirstOrDefault(s => s.MapIndex is null && string.Equals(s.Name, name, StringComparison.Ordinal))
        ?? throw new AssetNotFoundException(new(AssetKind.Step, $"{Id}/{name}"));
}
