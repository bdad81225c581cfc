using System.Collections.Immutable;

namespace MlPlatform.Registry.Tests;

/// <summary>What experiments and runs should do, without a database, processes or races.</summary>
internal sealed record TrackingModel
{
    private const string NameTag = "mlflow.runName";
    private const string ParentTag = "mlflow.parentRunId";

    private ImmutableSortedDictionary<string, TrackedExperiment> experiments = ImmutableSortedDictionary.Create<string, TrackedExperiment>(
        StringComparer.Ordinal
    );
    private ImmutableSortedDictionary<int, (string Experiment, TrackedRun Run)> runs = ImmutableSortedDictionary<
        int,
        (string Experiment, TrackedRun Run)
    >.Empty;
    private ImmutableSortedDictionary<string, int> events = ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal);

    /// <summary>The key of the experiment that has a name now; null when none has.</summary>
    public string? KeyOf(string name) => experiments.FirstOrDefault(e => e.Value.Name == name).Key;

    /// <summary>The state after a call and how the call ends; null for the state when nothing of it is stored.</summary>
    /// <param name="operation">The call.</param>
    /// <param name="experiment">The key of the experiment that its caller found by name.</param>
    /// <param name="now">The caller's time.</param>
    public (string Outcome, TrackingModel? After) Apply(TrackingOperation operation, string? experiment, int now)
    {
        var after = this with { };
        var outcome = after.Do(operation, experiment, now);
        return (outcome, outcome == "done" ? after : null);
    }

    /// <summary>The state as text, the same for the model and for what the tracker says.</summary>
    public string Describe() =>
        Describe(
            experiments.Values.OrderBy(e => e.Name, StringComparer.Ordinal),
            runs.Select(r => (r.Key, experiments[r.Value.Experiment].Name, r.Value.Run)),
            events
        );

    /// <summary>The text of a state, whoever says what it is.</summary>
    public static string Describe(
        IEnumerable<TrackedExperiment> experiments,
        IEnumerable<(int Number, string Experiment, TrackedRun Run)> runs,
        IEnumerable<KeyValuePair<string, int>> events
    )
    {
        var lines = experiments
            .Select(e => $"{e}")
            .Concat(runs.Select(r => $"r{r.Number} in {r.Experiment} {r.Run}"))
            .Concat(events.Select(e => $"{e.Value} x {e.Key}"));
        return string.Join('\n', lines);
    }

    private string Do(TrackingOperation operation, string? key, int now)
    {
        var experiment = key is null ? null : experiments[key];
        switch (operation.Kind)
        {
            case TrackingKind.CreateExperiment:
                return Create(operation.Name, null, now);
            case TrackingKind.CreateExperimentWithId:
                return Create(operation.Name, $"id-{operation.Value}", now);
            case TrackingKind.StartRun:
                if (KeyOf(operation.Name) is null)
                {
                    Create(operation.Name, null, now);
                }

                return Start(operation, KeyOf(operation.Name)!, null, now);
            case > TrackingKind.CreateRun:
                return runs.ContainsKey(operation.Run) ? Change(operation, now) : "missing";
        }

        if (experiment is null)
        {
            return "missing";
        }

        switch (operation.Kind)
        {
            case TrackingKind.DeleteExperiment when experiment.Deleted is null:
                return SetDeleted(key!, experiment, now, "experiment.deleted", now);
            case TrackingKind.RestoreExperiment when experiment.Deleted is not null:
                return SetDeleted(key!, experiment, null, "experiment.restored", now);
            case TrackingKind.DeleteExperiment or TrackingKind.RestoreExperiment:
                return "done";
            case var _ when experiment.Deleted is not null:
                return "deleted";
            case TrackingKind.CreateRun:
                return Start(operation, key!, $"{operation.Value}", now);
            case TrackingKind.RenameExperiment when operation.OtherName == experiment.Name:
                return "done";
            case TrackingKind.RenameExperiment when KeyOf(operation.OtherName) is not null:
                return "exists";
            case TrackingKind.RenameExperiment:
                Count(
                    $$"""experiment.renamed experiment:{{operation.OtherName}} [] {"id":"{{experiment.Id ?? "-"}}","from":"{{experiment.Name}}"}"""
                );
                experiment = experiment with { Name = operation.OtherName };
                break;
            case TrackingKind.SetExperimentTag:
                experiment = experiment with { Tag = $"{operation.Value}" };
                break;
            case TrackingKind.DeleteExperimentTag when experiment.Tag is null:
                return "missing";
            case TrackingKind.DeleteExperimentTag:
                experiment = experiment with { Tag = null };
                break;
        }

        experiments = experiments.SetItem(key!, experiment with { Changed = now });
        return "done";
    }

    private string Create(string name, string? id, int now)
    {
        if (KeyOf(name) is not null || (id is not null && experiments.ContainsKey(id)))
        {
            return "exists";
        }

        var key = id ?? $"#{experiments.Count}";
        experiments = experiments.Add(
            key,
            new()
            {
                Name = name,
                Id = id,
                Changed = now,
            }
        );
        Count($$"""experiment.created experiment:{{name}} [] {"id":"{{id ?? "-"}}"}""");
        return "done";
    }

    private string SetDeleted(string key, TrackedExperiment experiment, int? at, string type, int now)
    {
        experiments = experiments.SetItem(key, experiment with { Deleted = at, Changed = now });
        foreach (var (number, (_, run)) in runs.Where(r => r.Value.Experiment == key))
        {
            runs = runs.SetItem(number, (key, run with { Deleted = at }));
        }

        Count($$"""{{type}} experiment:{{experiment.Name}} [] {"id":"{{experiment.Id ?? "-"}}"}""");
        return "done";
    }

    private string Start(TrackingOperation operation, string key, string? tag, int now)
    {
        var isContinued = runs.TryGetValue(operation.Run, out var before);
        if (experiments[key].Deleted is not null || before.Run?.Deleted is not null)
        {
            return "deleted";
        }

        if (isContinued && before.Experiment != key)
        {
            return "elsewhere";
        }

        var run = before.Run ?? new TrackedRun { Name = operation.RunName, Start = now };
        if (!isContinued || run.Status != RunStatus.Running)
        {
            var parent = run.Parent is { } above ? $", run:{above}" : "";
            var payload = $$"""{"name":"{{run.Name}}","continued":{{(isContinued ? "true" : "false")}}}""";
            Count($"run.started run:r{operation.Run} [experiment:{experiments[key].Name}{parent}] {payload}");
        }

        run = run with { Status = RunStatus.Running, End = null };
        runs = runs.SetItem(operation.Run, (key, tag is null ? run : run.With("t", tag)));
        return "done";
    }

    private string Change(TrackingOperation operation, int now)
    {
        var (experiment, run) = runs[operation.Run];
        var about = $"run:r{operation.Run} [experiment:{experiments[experiment].Name}]";
        switch (operation.Kind)
        {
            case TrackingKind.DeleteRun when run.Deleted is null:
                Count($"run.deleted {about} {{}}");
                run = run with { Deleted = now };
                break;
            case TrackingKind.RestoreRun when run.Deleted is not null:
                Count($"run.restored {about} {{}}");
                run = run with { Deleted = null };
                break;
            case TrackingKind.DeleteRun or TrackingKind.RestoreRun:
                break;
            case var _ when run.Deleted is not null:
                return "deleted";
            case TrackingKind.EndRun:
                if (run.Status != operation.End)
                {
                    Count($$"""run.ended {{about}} {"status":"{{operation.End.ToString().ToUpperInvariant()}}"}""");
                }

                run = run with { Status = operation.End, End = run.End ?? now };
                break;
            case TrackingKind.RenameRun:
                var tags = run.Name != operation.RunName && run.Tags.ContainsKey(NameTag);
                run = run with { Name = operation.RunName, Tags = tags ? run.Tags.SetItem(NameTag, operation.RunName) : run.Tags };
                break;
            case TrackingKind.SetTag:
                run = run.With("t", $"{operation.Value}");
                break;
            case TrackingKind.SetNameTag:
                run = run.With(NameTag, operation.RunName) with { Name = operation.RunName };
                break;
            case TrackingKind.SetParentTag:
                var above = CanBeAbove($"r{operation.Parent}", operation.Run) ? $"r{operation.Parent}" : run.Parent;
                run = run.With(ParentTag, $"r{operation.Parent}") with { Parent = above };
                break;
            case TrackingKind.DeleteTag when !run.Tags.ContainsKey("t"):
                return "missing";
            case TrackingKind.DeleteTag:
                run = run with { Tags = run.Tags.Remove("t") };
                break;
            case TrackingKind.LogMetrics:
                run = Log(run, operation.Points);
                break;
            case TrackingKind.LogParams or TrackingKind.LogBatch:
                foreach (var (param, value) in operation.Params)
                {
                    if (run.Params.GetValueOrDefault(param, value) is var existing && existing != value)
                    {
                        return $"{param} is {existing}";
                    }

                    run = run with { Params = run.Params.SetItem(param, value) };
                }

                if (operation.Kind == TrackingKind.LogBatch)
                {
                    run = Log(run.With("t", $"{operation.Value}"), operation.Points);
                }

                break;
        }

        runs = runs.SetItem(operation.Run, (experiment, run));
        return "done";
    }

    private static TrackedRun Log(TrackedRun run, IEnumerable<TrackedPoint> points)
    {
        var history = run
            .History.Union(points)
            .OrderBy(p => p.Key, StringComparer.Ordinal)
            .ThenBy(p => p.Step)
            .ThenBy(p => p.At)
            .ThenBy(p => double.IsNaN(p.Value) ? 0 : p.Value)
            .ToList();
        return run with
        {
            History = history,
            Latest =
            [
                .. history
                    .GroupBy(p => p.Key, StringComparer.Ordinal)
                    .Select(g => g.MaxBy(p => (p.Step, p.At, double.IsNaN(p.Value) ? double.NegativeInfinity : p.Value))),
            ],
        };
    }

    private bool CanBeAbove(string parent, int run)
    {
        for (var above = parent; above is not null; above = Find(above)?.Parent)
        {
            if (above == $"r{run}")
            {
                return false;
            }
        }

        return Find(parent) is not null;
    }

    private TrackedRun? Find(string name) => runs.GetValueOrDefault(name[1] - '0').Run;

    private void Count(string what) => events = events.SetItem(what, events.GetValueOrDefault(what) + 1);
}
