using System.IO.Pipelines;
using System.Text;
using MlPlatform.Core;

namespace MlPlatform.Registry.Mlflow.Tests;

/// <summary>Experiments and runs that an MLflow server keeps.</summary>
public sealed class MlflowRunTests : IAsyncLifetime
{
    private readonly string name = $"late flights {RunId.New(TimeProvider.System)}";
    private MlflowServer server = null!;
    private MlflowPlatform platform = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private IExperimentTracker Tracker => platform.Tracker;

    public async ValueTask InitializeAsync()
    {
        server = await MlflowServer.StartAsync();
        platform = new(server.Address);
    }

    public async ValueTask DisposeAsync()
    {
        await platform.DisposeAsync();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task A_run_is_kept_by_the_server_as_it_was_written()
    {
        var time = new DateTimeOffset(2026, 5, 4, 3, 2, 1, 250, TimeSpan.Zero);
        RunId id;
        var options = new RunOptions
        {
            Name = "first",
            StartTime = time,
            Tags = new Dictionary<string, string> { ["team"] = "ops" },
            Provenance = new() { Commit = "abc", Seed = 7 },
        };
        await using (var run = await Tracker.StartRunAsync(name, options, Cancel))
        {
            id = run.Id;
            await run.LogParamAsync("trainer", "fastTree", Cancel);
            await run.LogParamAsync("trainer", "fastTree", Cancel);
            for (var i = 0; i < 3; i++)
            {
                run.LogMetric("auc", 0.5 + (i / 10.0), i, time.AddSeconds(i));
            }

            run.LogMetric("loss", double.NaN, 0, time);
            await run.SetTagAsync("stage", "trial", Cancel);
            await run.LogInputAsync(
                new("flights", "d1g3st") { Tags = new Dictionary<string, string> { ["mlflow.data.context"] = "training" } },
                Cancel
            );
            await using var content = PipeReader.Create(new("hello"u8.ToArray())).AsStream(); // Of a length that nobody knows.
            var file = await run.LogArtifactAsync("notes/a b.txt", content, Cancel);
            Assert.Equal((ArtifactDigest.Of("hello"u8), 5L), (file.Digest!.Value, file.Size));
            await run.FlushAsync(Cancel);
        }

        var stored = (await Tracker.GetRunAsync(id, Cancel))!;
        Assert.Equal((name, "first", RunStatus.Finished, time), (stored.Experiment, stored.Name, stored.Status, stored.StartTime));
        Assert.NotNull(stored.EndTime);
        Assert.Equal("fastTree", stored.Params["trainer"]);
        Assert.Equal(new(0.7, 2, time.AddSeconds(2)), stored.Metrics["auc"]);
        Assert.Equal(double.NaN, stored.Metrics["loss"].Value);
        Assert.Equal(("ops", "trial"), (stored.Tags["team"], stored.Tags["stage"]));
        Assert.Equal(("abc", 7L), (stored.Provenance!.Commit, stored.Provenance.Seed));
        Assert.Equal(
            ("flights", "d1g3st", "training"),
            stored.Inputs is [var input] ? (input.Name, input.Digest, input.Tags["mlflow.data.context"]) : default
        );
        var history = await Tracker.GetMetricHistoryAsync(id, "auc", cancellationToken: Cancel);
        Assert.Equal([0.5, 0.6, 0.7], history.Select(p => p.Value));
        Assert.Equal([0.7], (await Tracker.GetMetricHistoryAsync(id, "auc", history[1], cancellationToken: Cancel)).Select(p => p.Value));

        Assert.Equal([("notes/a b.txt", 5L)], (await Tracker.ListArtifactsAsync(id, Cancel)).Select(f => (f.Path, f.Size)));
        await using (var opened = await Tracker.OpenArtifactAsync(id, "notes/a b.txt", Cancel))
        {
            using var reader = new StreamReader(opened);
            Assert.Equal("hello", await reader.ReadToEndAsync(Cancel));
        }

        await Assert.ThrowsAsync<AssetNotFoundException>(() => Tracker.OpenArtifactAsync(id, "notes/c.txt", Cancel));
        var uses = await Tracker.ListDatasetsAsync([stored.ExperimentId], cancellationToken: Cancel);
        Assert.Equal([new DatasetUse(stored.ExperimentId, "flights", "d1g3st", "training")], uses);
    }

    [Fact]
    public async Task Events_and_lineage_follow_here()
    {
        await using var parent = await Tracker.StartRunAsync(name, new() { Provenance = new() { Commit = "abc" } }, Cancel);
        await using var child = await Tracker.StartRunAsync(name, new() { ParentRunId = parent.Id }, Cancel);
        await child.LogInputAsync(new("flights", "d1g3st"), Cancel);
        await child.EndAsync(RunStatus.Failed, Cancel);
        await Tracker.DeleteRunAsync(child.Id, Cancel);
        await Tracker.DeleteRunAsync(child.Id, Cancel);
        await Tracker.RestoreRunAsync(child.Id, Cancel);

        var experiment = new AssetRef(AssetKind.Experiment, name);
        var (above, below) = (new AssetRef(AssetKind.Run, parent.Id.ToString()), new AssetRef(AssetKind.Run, child.Id.ToString()));
        var events = await platform.EventsAsync();
        Assert.Equal(
            [
                (EventTypes.ExperimentCreated, experiment),
                (EventTypes.RunStarted, above),
                (EventTypes.RunProvenance, above),
                (EventTypes.RunStarted, below),
                (EventTypes.RunProvenance, below),
                (EventTypes.RunEnded, below),
                (EventTypes.RunDeleted, below),
                (EventTypes.RunRestored, below),
            ],
            events
                .Where(e =>
                    e.Type.StartsWith("run.", StringComparison.Ordinal) || e.Type.StartsWith("experiment.", StringComparison.Ordinal)
                )
                .Select(e => (e.Type, e.Subject))
        );
        Assert.Equal([experiment, above], events.Last(e => e.Type == EventTypes.RunStarted).Related);
        Assert.Equal("FAILED", events.Single(e => e.Type == EventTypes.RunEnded).Payload.GetProperty("status").GetString());
        var lineage = await platform.Get<ILineage>().UpstreamAsync(below, cancellationToken: Cancel);
        Assert.Contains(lineage, e => e.From == new AssetRef(AssetKind.Dataset, "d1g3st") && e.Relation == "trainedOn");
        Assert.Equal([child.Id], (await Tracker.GetChildrenAsync(parent.Id, Cancel)).Select(r => r.Id));
    }

    [Fact]
    public async Task A_run_goes_on_by_its_id_or_by_the_id_that_was_wanted()
    {
        var wanted = RunId.New(TimeProvider.System);
        var run = await Tracker.StartRunAsync(name, new() { RunId = wanted }, Cancel);
        await run.EndAsync(cancellationToken: Cancel);

        var again = await Tracker.StartRunAsync(name, new() { RunId = wanted }, Cancel);
        var third = await Tracker.StartRunAsync(name, new() { RunId = run.Id }, Cancel);

        Assert.Equal((run.Id, run.Id), (again.Id, third.Id));
        Assert.Equal(RunStatus.Running, (await Tracker.GetRunAsync(run.Id, Cancel))!.Status);
        await Assert.ThrowsAsync<MlPlatformException>(() => Tracker.StartRunAsync($"{name} 2", new() { RunId = run.Id }, Cancel));
        Assert.Equal(
            [false, true],
            (await platform.EventsAsync(EventTypes.RunStarted)).Select(e => e.Payload.GetProperty("continued").GetBoolean())
        );
    }

    [Fact]
    public async Task What_the_server_refuses_is_said_as_the_registry_says_it()
    {
        var run = await Tracker.StartRunAsync(name, cancellationToken: Cancel);
        var info = (await Tracker.GetRunAsync(run.Id, Cancel))!;
        await run.LogParamAsync("k", "1", Cancel);

        var conflict = await Assert.ThrowsAsync<ParamConflictException>(() => run.LogParamAsync("k", "2", Cancel));
        Assert.Equal(("k", "1", "2"), (conflict.Key, conflict.Existing, conflict.Attempted));
        await Assert.ThrowsAsync<AssetExistsException>(() => Tracker.CreateExperimentAsync(name, cancellationToken: Cancel));
        await Assert.ThrowsAsync<InvalidSearchException>(() =>
            Tracker.SearchRunsAsync(new() { ExperimentIds = [info.ExperimentId], Filter = "metrics.auc ><" }, Cancel)
        );
        await Tracker.DeleteRunAsync(run.Id, Cancel);
        await Assert.ThrowsAsync<AssetDeletedException>(() => Tracker.LogBatchAsync(run.Id, new() { Tags = [new("a", "b")] }, Cancel));
        await Assert.ThrowsAsync<AssetDeletedException>(() => Tracker.StartRunAsync(name, new() { RunId = run.Id }, Cancel));
        await Tracker.DeleteExperimentAsync(info.ExperimentId, Cancel);
        await Assert.ThrowsAsync<AssetDeletedException>(() => Tracker.StartRunAsync(name, cancellationToken: Cancel));
        Assert.NotNull((await Tracker.FindExperimentAsync(name, Cancel))!.DeletedAt);

        var unknown = RunId.New(TimeProvider.System);
        Assert.Null(await Tracker.GetRunAsync(unknown, Cancel));
        Assert.Null(await Tracker.FindExperimentAsync($"{name} none", Cancel));
        await Assert.ThrowsAsync<AssetNotFoundException>(() => Tracker.LogBatchAsync(unknown, new() { Tags = [new("a", "b")] }, Cancel));
        await Assert.ThrowsAsync<AssetNotFoundException>(() => Tracker.StartRunAsync($"{name} 3", new() { ParentRunId = unknown }, Cancel));
    }

    [Fact]
    public async Task Searches_and_lists_are_those_of_the_server()
    {
        var ids = new List<RunId>();
        for (var i = 0; i < 5; i++)
        {
            await using var run = await Tracker.StartRunAsync(name, new() { Name = $"r{i}" }, Cancel);
            ids.Add(run.Id);
            run.LogMetric("auc", i / 10.0);
            await run.LogParamAsync("n", $"{i}", Cancel);
        }

        var query = new RunQuery
        {
            Experiments = [name],
            Filter = "metrics.auc >= 0.1",
            OrderBy = ["metrics.auc DESC"],
            Limit = 3,
            Fields = RunFields.Metrics,
        };
        var first = await Tracker.SearchRunsAsync(query, Cancel);
        var second = await Tracker.SearchRunsAsync(query with { PageToken = first.NextPageToken }, Cancel);

        Assert.Equal([ids[4], ids[3], ids[2], ids[1]], first.Items.Concat(second.Items).Select(r => r.Id));
        Assert.Equal(0.4, first.Items[0].Metrics["auc"].Value);
        Assert.Empty(first.Items[0].Params);
        Assert.Contains(ids[0], (await Tracker.SearchRunsAsync(new() { Limit = 1000 }, Cancel)).Items.Select(r => r.Id));
        var experiment = (await Tracker.FindExperimentAsync(name, Cancel))!;
        await Tracker.SetExperimentTagAsync(experiment.Id, "owner", "ops", Cancel);
        var found = await Tracker.SearchExperimentsAsync(new() { Filter = $"name = '{name}'" }, Cancel);
        Assert.Equal([(experiment.Id, "ops")], found.Items.Select(e => (e.Id, e.Tags["owner"])));
        await Tracker.RenameExperimentAsync(experiment.Id, $"{name} renamed", Cancel);
        Assert.Contains(
            $"{name} renamed",
            (await Tracker.ListExperimentsAsync(limit: 1000, cancellationToken: Cancel)).Select(e => e.Name)
        );
    }

    [Fact]
    public async Task A_batch_larger_than_the_server_takes_is_cut()
    {
        var run = await Tracker.StartRunAsync(name, cancellationToken: Cancel);
        var time = new DateTimeOffset(2026, 5, 4, 3, 2, 1, TimeSpan.Zero);
        var batch = new RunBatch
        {
            Metrics = [.. Enumerable.Range(0, 2500).Select(i => new MetricEntry("m", i, i, time))],
            Params = [.. Enumerable.Range(0, 250).Select(i => KeyValuePair.Create($"p{i}", $"{i}"))],
            Tags = [.. Enumerable.Range(0, 150).Select(i => KeyValuePair.Create($"t{i}", $"{i}"))],
        };

        await Tracker.LogBatchAsync(run.Id, batch, Cancel);

        Assert.Equal(2500, (await Tracker.GetMetricHistoryAsync(run.Id, "m", cancellationToken: Cancel)).Count);
        var info = (await Tracker.GetRunAsync(run.Id, Cancel))!;
        Assert.Equal((250, "149"), (info.Params.Count, info.Tags["t149"]));
    }

    [Fact]
    public async Task Files_are_listed_replaced_and_deleted()
    {
        var run = await Tracker.StartRunAsync(name, cancellationToken: Cancel);
        var (trees, tree) = (platform.Get<IArtifactTrees>(), ArtifactTreeId.OfRun(run.Id));
        foreach (var path in new[] { "a.txt", "plots/roc 1.svg", "plots/deep/x.bin" })
        {
            await PutAsync(path, path);
        }

        await PutAsync("a.txt", "new");

        Assert.Equal(
            ["a.txt", "plots/deep/x.bin", "plots/roc 1.svg"],
            (await trees.ListFilesAsync(tree, cancellationToken: Cancel)).Select(f => f.Path)
        );
        var plots = await trees.ListFolderAsync(tree, ArtifactPath.Parse("plots"), cancellationToken: Cancel);
        Assert.Equal([("deep", true), ("roc 1.svg", false)], plots.Select(e => (e.Name, e.IsFolder)));
        Assert.Equal(
            ["plots/roc 1.svg"],
            (await trees.ListFilesAsync(tree, ArtifactPath.Parse("plots/roc 1.svg"), cancellationToken: Cancel)).Select(f => f.Path)
        );
        Assert.Equal(2, await trees.DeleteAsync(tree, ArtifactPath.Parse("plots"), Cancel));
        Assert.Equal(0, await trees.DeleteAsync(tree, ArtifactPath.Parse("plots"), Cancel));
        await using var opened = await trees.OpenAsync(tree, ArtifactPath.Parse("a.txt"), Cancel);
        using var reader = new StreamReader(opened.Content);
        Assert.Equal("new", await reader.ReadToEndAsync(Cancel));
        await Tracker.DeleteRunAsync(run.Id, Cancel);
        await Assert.ThrowsAsync<AssetDeletedException>(() => PutAsync("b.txt", "late"));

        async Task PutAsync(string path, string text)
        {
            using var content = new MemoryStream(Encoding.UTF8.GetBytes(text));
            await trees.PutAsync(tree, ArtifactPath.Parse(path), content, Cancel);
        }
    }
}
