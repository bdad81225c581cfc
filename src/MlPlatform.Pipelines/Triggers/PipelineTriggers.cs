using MlPlatform.Pipelines.Internal;

namespace MlPlatform.Pipelines;

/// <summary>What starts a pipeline by itself, and what holds it back. Every decision is an event <c>trigger.decided</c>.</summary>
/// <remarks>
/// Times are platform time. A trigger looks at what happens from its first registration on, never at the past before. Each cause fires at most
/// once over all processes. Parameters may be of the pipeline's type, JSON, or null for the defaults.
/// </remarks>
public sealed class PipelineTriggers
{
    private readonly List<Func<PipelineGraph, TriggerDefinition>> triggers = [];
    private TimeSpan cooldown = TimeSpan.Zero;
    private int maxConcurrent = 1;
    private (int Runs, TimeSpan Window)? budget;
    private (TimeSpan Base, TimeSpan Cap)? backOff;

    internal PipelineTriggers() { }

    /// <summary>By a cron expression of five fields. Missed times are made up by one run.</summary>
    /// <param name="cron">The expression.</param>
    /// <param name="zone">The time zone; null for UTC.</param>
    /// <param name="makeParams">Makes the parameters of the run due at a time; null for the defaults.</param>
    /// <exception cref="FormatException">The expression is malformed.</exception>
    public PipelineTriggers Every(string cron, TimeZoneInfo? zone = null, Func<DateTimeOffset, object?>? makeParams = null)
    {
        ArgumentNullException.ThrowIfNull(cron);
        var schedule = RecurringSchedule.Cron(cron, zone);
        triggers.Add(graph => Make(graph, $"cron:{cron}:{zone?.Id ?? "UTC"}") with { Schedule = schedule, MakeScheduled = makeParams });
        return this;
    }

    /// <summary>By an event of the log.</summary>
    /// <param name="eventType">One of <see cref="EventTypes"/>.</param>
    /// <param name="filter">Which of them; null for all.</param>
    /// <param name="makeParams">Makes the parameters; null for the defaults.</param>
    /// <param name="name">Tells triggers on the same type apart; needed when there is more than one.</param>
    public PipelineTriggers OnEvent(
        string eventType,
        Func<EventRecord, bool>? filter = null,
        Func<EventRecord, object?>? makeParams = null,
        string? name = null
    )
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(eventType);
        triggers.Add(graph =>
            Make(graph, $"event:{eventType}{(name is null ? "" : ":" + name)}") with
            {
                EventType = eventType,
                Filter = filter,
                MakeCaused = makeParams,
            }
        );
        return this;
    }

    /// <summary>After a firing the same trigger does not fire for so long. Default: no cooldown.</summary>
    public PipelineTriggers Cooldown(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        cooldown = time;
        return this;
    }

    /// <summary>While so many runs of the pipeline are open, no trigger fires. Default: 1.</summary>
    public PipelineTriggers MaxConcurrent(int runs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(runs, 1);
        maxConcurrent = runs;
        return this;
    }

    /// <summary>A trigger fires at most so often within any window of this length. Default: no budget.</summary>
    public PipelineTriggers Budget(int runs, TimeSpan window)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(runs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(window, TimeSpan.Zero);
        budget = (runs, window);
        return this;
    }

    /// <summary>After runs that did not succeed, waits from the last one's end: the base time, doubled with each in a row, up to a cap. Default: no back-off.</summary>
    public PipelineTriggers BackOff(TimeSpan baseTime, TimeSpan cap)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(baseTime, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(cap, baseTime);
        backOff = (baseTime, cap);
        return this;
    }

    internal IReadOnlyList<TriggerDefinition> Build(PipelineGraph graph)
    {
        var built = triggers.ConvertAll(t => t(graph));
        var twice = built
            .GroupBy(t => t.Id, StringComparer.Ordinal)
            .Where(g => g.Count() > 1)
            .Select(g => $"trigger '{g.Key}' is added twice; give each a name")
            .ToList();
        return twice.Count == 0 ? built : throw new PipelineDefinitionException(graph.Name, twice);
    }

    private TriggerDefinition Make(PipelineGraph graph, string id) =>
        new($"{graph.Name}/{id}", graph)
        {
            Cooldown = cooldown,
            MaxConcurrent = maxConcurrent,
            Budget = budget,
            BackOff = backOff,
        };
}
