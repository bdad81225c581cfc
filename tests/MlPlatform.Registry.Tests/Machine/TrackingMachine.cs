using System.Collections.Immutable;
using MlPlatform.Core;

namespace MlPlatform.Registry.Tests;

/// <summary>Makes calls of <see cref="TrackingOperation"/> and reads what came of them.</summary>
internal sealed class TrackingMachine
{
    private readonly DateTimeOffset beginning;
    private readonly RunId[] runs;

    public TrackingMachine(TimeProvider time)
    {
        beginning = time.GetUtcNow();
        runs = [.. Enumerable.Range(0, TrackingOperation.Runs).Select(_ => RunId.New(time))];
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Set(RegistryHost host, int seconds) => host.Time.SetUtcNow(At(seconds));

    /// <summary>The id of the experiment that has a name now.</summary>
    public static async Task<string?> FindAsync(RegistryHost host, string name) =>
        (await host.Get<IExperimentTracker>().FindExperimentAsync(name, Token))?.Id;

    public Task SendAsync(RegistryHost host, TrackingOperation operation, string experiment, CancellationToken token)
    {
        var tracker = host.Get<IExperimentTracker>();
        var (name, id, value) = (operation.Name, runs[operation.Run], $"{operation.Value}");
        var options = new RunOptions { RunId = id, Name = operation.RunName };
        return operation.Kind switch
        {
            TrackingKind.CreateExperiment => tracker.CreateExperimentAsync(name, null, token),
            TrackingKind.CreateExperimentWithId => tracker.CreateExperimentAsync(name, new() { Id = $"id-{value}" }, token),
            TrackingKind.RenameExperiment => tracker.RenameExperimentAsync(experiment, operation.OtherName, token),
            TrackingKind.DeleteExperiment => tracker.DeleteExperimentAsync(experiment, token),
            TrackingKind.RestoreExperiment => tracker.RestoreExperimentAsync(experiment, token),
            TrackingKind.SetExperimentTag => tracker.SetExperimentTagAsync(experiment, "t", value, token),
            TrackingKind.DeleteExperimentTag => tracker.DeleteExperimentTagAsync(experiment, "t", token),
            TrackingKind.StartRun => tracker.StartRunAsync(name, options, token),
            TrackingKind.CreateRun => tracker.CreateRunAsync(experiment, options with { Tags = Tag("t", value) }, token),
            TrackingKind.EndRun => tracker.UpdateRunAsync(id, new() { Status = operation.End }, token),
            TrackingKind.DeleteRun => tracker.DeleteRunAsync(id, token),
            TrackingKind.RestoreRun => tracker.RestoreRunAsync(id, token),
            TrackingKind.RenameRun => tracker.UpdateRunAsync(id, new() { Name = operation.RunName }, token),
            TrackingKind.DeleteTag => tracker.DeleteTagAsync(id, "t", token),
            _ => tracker.LogBatchAsync(id, BatchOf(operation), token),
        };
    }

    /// <summary>The state as text, the same for the tracker and for <see cref="TrackingModel.Describe()"/>.</summary>
    public async Task<string> DescribeAsync(RegistryHost host, string[] types)
    {
        var tracker = host.Get<IExperimentTracker>();
        var experiments = new List<Experiment>();
        foreach (var name in TrackingOperation.Names)
        {
            if (await tracker.FindExperimentAsync(name, Token) is { } experiment)
            {
                experiments.Add(experiment);
            }
        }

        var found = new List<(int, string, TrackedRun)>();
        for (var i = 0; i < runs.Length; i++)
        {
            if (await tracker.GetRunAsync(runs[i], Token) is { } run)
            {
                found.Add((i, run.Experiment, await TrackedAsync(tracker, run)));
            }
        }

        var events = await host.EventsAsync(types);
        var counts = events
            .Select(e => Plain(e, experiments))
            .CountBy(e => e, StringComparer.Ordinal)
            .OrderBy(e => e.Key, StringComparer.Ordinal);
        return Named(TrackingModel.Describe(experiments.Select(Tracked), found, counts));
    }

    private RunBatch BatchOf(TrackingOperation operation)
    {
        var metrics = operation.Points.Select(p => new MetricEntry(p.Key, p.Value, p.Step, At(p.At)));
        var tags = Tag("t", $"{operation.Value}");
        return operation.Kind switch
        {
            TrackingKind.SetTag => new() { Tags = [.. tags] },
            TrackingKind.SetNameTag => new() { Tags = [.. Tag("mlflow.runName", operation.RunName)] },
            TrackingKind.SetParentTag => new() { Tags = [.. Tag("mlflow.parentRunId", $"{runs[operation.Parent]}")] },
            TrackingKind.LogParams => new() { Params = operation.Params },
            TrackingKind.LogMetrics => new() { Metrics = [.. metrics] },
            TrackingKind.LogBatch => new()
            {
                Metrics = [.. metrics],
                Params = operation.Params,
                Tags = [.. tags],
            },
            var other => throw new ArgumentOutOfRangeException(nameof(operation), other, null),
        };
    }

    private async Task<TrackedRun> TrackedAsync(IExperimentTracker tracker, RunInfo run)
    {
        var history = new List<TrackedPoint>();
        foreach (var key in TrackingOperation.Metrics)
        {
            history.AddRange((await tracker.GetMetricHistoryAsync(run.Id, key, cancellationToken: Token)).Select(p => Tracked(key, p)));
        }

        return new()
        {
            Name = run.Name,
            Status = run.Status,
            Start = Seconds(run.StartTime),
            End = Seconds(run.EndTime),
            Deleted = Seconds(run.DeletedAt),
            Parent = run.ParentRunId?.ToString(),
            Tags = run.Tags.ToImmutableSortedDictionary(StringComparer.Ordinal),
            Params = run.Params.ToImmutableSortedDictionary(StringComparer.Ordinal),
            Latest = [.. run.Metrics.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => Tracked(m.Key, m.Value))],
            History = history,
        };
    }

    private TrackedExperiment Tracked(Experiment experiment) =>
        new()
        {
            Name = experiment.Name,
            Id = IsMadeHere(experiment) ? null : experiment.Id,
            Tag = experiment.Tags.GetValueOrDefault("t"),
            Changed = Seconds(experiment.UpdatedAt),
            Deleted = Seconds(experiment.DeletedAt),
        };

    private TrackedPoint Tracked(string key, MetricPoint point) => new(key, point.Value, point.Step, Seconds(point.Time));

    /// <summary>An event without the ids that differ from sequence to sequence.</summary>
    private string Plain(EventRecord record, IEnumerable<Experiment> experiments)
    {
        var text = Named($"{record.Type} {record.Subject} [{string.Join(", ", record.Related)}] {record.Payload.GetRawText()}");
        return experiments.Where(IsMadeHere).Aggregate(text, (t, e) => t.Replace(e.Id, "-", StringComparison.Ordinal));
    }

    private string Named(string text)
    {
        for (var i = 0; i < runs.Length; i++)
        {
            text = text.Replace($"{runs[i]}", $"r{i}", StringComparison.Ordinal);
        }

        return text;
    }

    private static bool IsMadeHere(Experiment experiment) => !experiment.Id.StartsWith("id-", StringComparison.Ordinal);

    private static Dictionary<string, string> Tag(string key, string value) => new(StringComparer.Ordinal) { [key] = value };

    private DateTimeOffset At(int seconds) => beginning + TimeSpan.FromSeconds(seconds);

    private int Seconds(DateTimeOffset time) => (int)(time - beginning).TotalSeconds;

    private int? Seconds(DateTimeOffset? time) => time is { } at ? Seconds(at) : null;
}
