namespace MlPlatform.Pipelines.Internal;

/// <summary>One trigger of one pipeline.</summary>
internal sealed record TriggerDefinition(string Id, PipelineGraph Graph)
{
    public RecurringSchedule? Schedule { get; init; }

    public Func<DateTimeOffset, object?>? MakeScheduled { get; init; }

    public string? EventType { get; init; }

    public Func<EventRecord, bool>? Filter { get; init; }

    public Func<EventRecord, object?>? MakeCaused { get; init; }

    public TimeSpan Cooldown { get; init; }

    public int MaxConcurrent { get; init; } = 1;

    public (int Runs, TimeSpan Window)? Budget { get; init; }

    public (TimeSpan Base, TimeSpan Cap)? BackOff { get; init; }
}
