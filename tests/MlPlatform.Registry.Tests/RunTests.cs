using System.Text;
using CsCheck;
using MlPlatform.Core;

namespace MlPlatform.Registry.Tests;

public sealed class RunTests : IAsyncDisposable
{
    private readonly RegistryHost host = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private IExperimentTracker Tracker => host.Get<IExperimentTracker>();

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task A_run_keeps_everything_that_was_logged()
    {
        RunId id;
        await using (var run = await Tracker.StartRunAsync("flights", Options("first"), Cancel))
        {
            id = run.Id;
            await run.LogParamsAsync(new Dictionary<string, string> { ["trainer"] = "lightgbm", ["leaves"] = "31" }, Cancel);
            run.LogMetric("auc", 0.7, step: 1);
            run.LogMetric("auc", 0.8, step: 2);
            run.LogMetric("loss", 0.1);
            await run.SetTagAsync("note", "a", Cancel);
            await run.SetTagAsync("note", "b", Cancel);
            await run.LogInputAsync(new("train", "sha256:1", new([new("x", DataType.Float32)])), Cancel);
            await run.LogInputAsync(new("train", "sha256:1"), Cancel);
            host.Time.Advance(TimeSpan.FromMinutes(5));
        }

        var info = await Tracker.GetRunAsync(id, Cancel);
        Assert.NotNull(info);
        Assert.Equal(("flights", "first", RunStatus.Finished), (info.Experiment, info.Name, info.Status));
        Assert.Equal(TimeSpan.FromMinutes(5), info.EndTime - info.StartTime);
        Assert.Equal("lightgbm", info.Params["trainer"]);
        Assert.Equal(2, info.Params.Count);
        Assert.Equal((0.8, 2), (info.Metrics["auc"].Value, info.Metrics["auc"].Step));
        Assert.Equal(0.1, info.Metrics["loss"].Value);
        Assert.Equal("b", info.Tags["note"]);
        var input = Assert.Single(info.Inputs);
        Assert.Equal(new("x", DataType.Float32), input.Schema!.Columns[0]);
        Assert.Equal(3L, info.Provenance!.Seed);
        Assert.Equal("10", info.Provenance.Environment["dotnet"]);
        var upstream = await host.Get<ILineage>().UpstreamAsync(new(AssetKind.Run, id.ToString()), cancellationToken: Cancel);
        Assert.Equal("dataset:sha256:1", Assert.Single(upstream).From.ToString());
    }

    [Fact]
    public async Task Start_end_and_provenance_are_events_in_order()
    {
        await using (await Tracker.StartRunAsync("flights", Options("first"), Cancel)) { }
        await using (await Tracker.StartRunAsync("flights", null, Cancel)) { }

        var events = await host.EventsAsync();
        Assert.Equal(
            [
                EventTypes.ExperimentCreated,
                EventTypes.RunStarted,
                EventTypes.RunProvenance,
                EventTypes.RunEnded,
                EventTypes.RunStarted,
                EventTypes.RunProvenance,
                EventTypes.RunEnded,
            ],
            events.Select(e => e.Type)
        );
        Assert.Equal("abc", events[2].Payload.GetProperty("commit").GetString());
        Assert.Equal("FINISHED", events[3].Payload.GetProperty("status").GetString());
    }

    [Fact]
    public async Task An_experiment_is_made_once_when_many_ask_for_it()
    {
        var all = await Task.WhenAll(
            Enumerable.Range(0, 16).Select(_ => Task.Run(() => Tracker.GetOrCreateExperimentAsync("flights", Cancel), Cancel))
        );

        Assert.Single(all.Select(e => e.Id).Distinct(StringComparer.Ordinal));
        Assert.Single(await host.EventsAsync(EventTypes.ExperimentCreated));
        Assert.Equal(all[0].Id, Assert.Single(await Tracker.ListExperimentsAsync(cancellationToken: Cancel)).Id);
    }

    [Fact]
    public async Task A_param_is_written_once_and_a_batch_is_all_or_none()
    {
        await using var run = await Tracker.StartRunAsync("flights", null, Cancel);
        await run.LogParamAsync("rate", "0.1", Cancel);
        await run.LogParamAsync("rate", "0.1", Cancel);

        var error = await Assert.ThrowsAsync<ParamConflictException>(() =>
            run.LogParamsAsync(new SortedDictionary<string, string>(StringComparer.Ordinal) { ["a"] = "1", ["rate"] = "0.2" }, Cancel)
        );

        Assert.Equal(("rate", "0.1", "0.2"), (error.Key, error.Existing, error.Attempted));
        Assert.Contains("'rate'", error.Message, StringComparison.Ordinal);
        Assert.Equal(["rate"], (await Tracker.GetRunAsync(run.Id, Cancel))!.Params.Keys);
    }

    [Fact]
    public async Task The_latest_metric_does_not_depend_on_the_order_of_arrival()
    {
        var value = Gen.OneOf(
            Gen.Double[-1e6, 1e6],
            Gen.OneOf(Gen.Const(double.NaN), Gen.Const(double.PositiveInfinity), Gen.Const(double.NegativeInfinity), Gen.Const(0.0))
        );
        var point = Gen.Select(Gen.Long[-2, 2], Gen.Int[0, 2], value);
        var cases =
            from points in point.Array[1, 12]
            from shuffled in Gen.Shuffle(points)
            from size in Gen.Int[1, 4]
            select (points, shuffled, size);
        await cases.SampleAsync(
            async x =>
            {
                var start = host.Time.GetUtcNow();
                await using var run = await Tracker.StartRunAsync("flights", null, Cancel);
                foreach (var chunk in x.shuffled.Chunk(x.size))
                {
                    foreach (var (step, second, v) in chunk)
                    {
                        run.LogMetric("m", v, step, start.AddSeconds(second));
                    }

                    await run.FlushAsync(Cancel);
                }

                var (bestStep, bestSecond, bestValue) = x.points.MaxBy(p => p); // double.CompareTo puts NaN below everything.
                var latest = (await Tracker.GetRunAsync(run.Id, Cancel))!.Metrics["m"];
                var history = await Tracker.GetMetricHistoryAsync(run.Id, "m", cancellationToken: Cancel);
                return latest == new MetricPoint(bestValue, bestStep, start.AddSeconds(bestSecond))
                    && history.Count == x.points.Distinct().Count();
            },
            iter: 60,
            threads: 1
        );
    }

    [Fact]
    public async Task Nan_and_infinities_are_kept()
    {
        await using var run = await Tracker.StartRunAsync("flights", null, Cancel);
        double[] values = [double.NegativeInfinity, -1, double.NaN, double.PositiveInfinity, double.MaxValue, double.Epsilon];
        for (var i = 0; i < values.Length; i++)
        {
            run.LogMetric("m", values[i], step: i);
        }

        run.LogMetric("only", double.NaN);
        await run.FlushAsync(Cancel);

        var history = await Tracker.GetMetricHistoryAsync(run.Id, "m", cancellationToken: Cancel);
        Assert.Equal(values, history.Select(p => p.Value));
        Assert.True(double.IsNaN((await Tracker.GetRunAsync(run.Id, Cancel))!.Metrics["only"].Value));
    }

    [Fact]
    public async Task Metric_history_is_a_set_and_pages_by_key()
    {
        await using var run = await Tracker.StartRunAsync("flights", null, Cancel);
        for (var i = 9; i >= 0; i--)
        {
            run.LogMetric("m", i == 4 ? double.NaN : i, i);
            run.LogMetric("m", i == 4 ? double.NaN : i, i);
        }

        await run.FlushAsync(Cancel);

        var steps = new List<long>();
        MetricPoint? last = null;
        while (await Tracker.GetMetricHistoryAsync(run.Id, "m", last, 3, Cancel) is { Count: > 0 } page)
        {
            steps.AddRange(page.Select(p => p.Step));
            last = page[^1];
        }

        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], steps);
    }

    [Fact]
    public async Task Buffered_metrics_are_written_by_a_full_batch_by_time_and_by_dispose()
    {
        var run = await Tracker.StartRunAsync("flights", null, Cancel);
        for (var i = 0; i < 1000; i++)
        {
            run.LogMetric("full", i, i);
        }

        await WaitForAsync(run.Id, "full", 1000, advance: false);
        run.LogMetric("timed", 1);
        await WaitForAsync(run.Id, "timed", 1, advance: true);
        run.LogMetric("disposed", 1);
        await run.DisposeAsync();
        Assert.Single(await Tracker.GetMetricHistoryAsync(run.Id, "disposed", cancellationToken: Cancel));
    }

    [Fact]
    public async Task Many_threads_lose_no_point_when_the_buffer_is_small()
    {
        await using var small = new RegistryHost(configure: o => (o.MetricBufferSize, o.MetricBatchSize) = (16, 8));
        await using var run = await small.Get<IExperimentTracker>().StartRunAsync("flights", null, Cancel);

        await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(t =>
                    Task.Factory.StartNew(
                        () =>
                        {
                            for (var i = 0; i < 250; i++)
                            {
                                run.LogMetric($"m{t}", i, i);
                            }
                        },
                        Cancel,
                        TaskCreationOptions.LongRunning, // They wait for room: on the pool they would keep the writer from it.
                        TaskScheduler.Default
                    )
                )
        );
        await run.FlushAsync(Cancel);

        for (var t = 0; t < 8; t++)
        {
            var history = await small.Get<IExperimentTracker>().GetMetricHistoryAsync(run.Id, $"m{t}", cancellationToken: Cancel);
            Assert.Equal(Enumerable.Range(0, 250).Select(i => (long)i), history.Select(p => p.Step));
        }
    }

    [Fact]
    public async Task A_run_is_continued_by_its_id()
    {
        var id = RunId.New(host.Time);
        var options = new RunOptions { RunId = id, Name = "step" };
        var crashed = await Tracker.StartRunAsync("flights", options, Cancel);
        await crashed.LogParamAsync("a", "1", Cancel);

        await using (var resumed = await Tracker.StartRunAsync("flights", options, Cancel))
        {
            Assert.Equal(id, resumed.Id);
            await resumed.LogParamAsync("a", "1", Cancel);
        }

        Assert.Single(await host.EventsAsync(EventTypes.RunStarted));
        Assert.Equal(RunStatus.Finished, (await Tracker.GetRunAsync(id, Cancel))!.Status);
        await using var again = await Tracker.StartRunAsync("flights", options, Cancel);
        var info = await Tracker.GetRunAsync(id, Cancel);
        Assert.Equal((RunStatus.Running, null), (info!.Status, info.EndTime));
        await Assert.ThrowsAsync<MlPlatformException>(() => Tracker.StartRunAsync("other", options, Cancel));
        Assert.Single(await Tracker.ListExperimentsAsync(cancellationToken: Cancel)); // The refused start left nothing behind.
    }

    [Fact]
    public async Task Children_hang_on_their_parent()
    {
        await using var parent = await Tracker.StartRunAsync("flights", null, Cancel);
        for (var i = 0; i < 3; i++)
        {
            host.Time.Advance(TimeSpan.FromSeconds(1));
            await using var child = await Tracker.StartRunAsync("flights", new() { ParentRunId = parent.Id, Name = $"fold {i}" }, Cancel);
        }

        Assert.Equal(["fold 0", "fold 1", "fold 2"], (await Tracker.GetChildrenAsync(parent.Id, Cancel)).Select(r => r.Name));
        var missing = new RunOptions { ParentRunId = RunId.New(host.Time) };
        await Assert.ThrowsAsync<AssetNotFoundException>(() => Tracker.StartRunAsync("flights", missing, Cancel));
    }

    [Fact]
    public async Task An_artifact_comes_back_and_is_replaced_by_path()
    {
        await using var run = await Tracker.StartRunAsync("flights", null, Cancel);
        var old = await LogAsync(run, "plots/roc #1.svg", "old");
        await LogAsync(run, "a.txt", "same");
        await LogAsync(run, "b.txt", "same");
        var made = await LogAsync(run, "plots/roc #1.svg", "new");
        await LogAsync(run, "b.txt", "other");
        host.Work.Advance(TimeSpan.FromDays(2));
        await host.Get<IArtifactGarbageCollector>().CollectAsync(TimeSpan.Zero, Cancel);

        Assert.Equal(["a.txt", "b.txt", "plots/roc #1.svg"], (await Tracker.ListArtifactsAsync(run.Id, Cancel)).Select(a => a.Path));
        Assert.Equal("new", await ReadAsync(run.Id, made.Path));
        Assert.Equal("same", await ReadAsync(run.Id, "a.txt"));
        Assert.Null(await host.Get<IArtifactStore>().FindAsync(old.Digest!.Value, Cancel));
        await Assert.ThrowsAsync<AssetNotFoundException>(() => Tracker.OpenArtifactAsync(run.Id, "c.txt", Cancel));
        await Assert.ThrowsAsync<ArgumentException>(() => LogAsync(run, "../c.txt", "x"));
    }

    [Fact]
    public async Task A_model_registered_by_a_run_names_it()
    {
        await using var run = await Tracker.StartRunAsync("flights", null, Cancel);
        var version = await run.RegisterModelAsync("m", Packages.Of("a"), null, Cancel);

        Assert.Equal(run.Id, version.RunId);
        var made = await host.Get<ILineage>().DownstreamAsync(new(AssetKind.Run, run.Id.ToString()), cancellationToken: Cancel);
        Assert.Equal(["model:m@v1", "model:m"], made.Select(e => e.To.ToString()));
    }

    [Fact]
    public async Task An_ended_run_takes_nothing_more()
    {
        var run = await Tracker.StartRunAsync("flights", null, Cancel);
        await run.EndAsync(RunStatus.Failed, Cancel);
        await run.EndAsync(RunStatus.Finished, Cancel);
        await run.DisposeAsync();

        Assert.Throws<InvalidOperationException>(() => run.LogMetric("m", 1));
        await Assert.ThrowsAsync<InvalidOperationException>(() => run.LogParamAsync("a", "b", Cancel));
        Assert.Equal(RunStatus.Failed, (await Tracker.GetRunAsync(run.Id, Cancel))!.Status);
        Assert.Single(await host.EventsAsync(EventTypes.RunEnded));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/a")]
    [InlineData("a/../b")]
    [InlineData("a;b")]
    [InlineData("a\nb")]
    public async Task A_key_outside_the_rules_is_refused(string key)
    {
        await using var run = await Tracker.StartRunAsync("flights", null, Cancel);
        Assert.ThrowsAny<ArgumentException>(() => run.LogMetric(key, 1));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => run.LogParamAsync(key, "1", Cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => run.SetTagAsync(key, "1", Cancel));
    }

    [Fact]
    public async Task Values_that_are_too_long_are_refused_not_cut()
    {
        await using var run = await Tracker.StartRunAsync("flights", null, Cancel);
        await run.LogParamAsync("fits", new('x', 6000), Cancel);
        await Assert.ThrowsAsync<ArgumentException>(() => run.LogParamAsync("long", new('x', 6001), Cancel));
        await Assert.ThrowsAsync<ArgumentException>(() => run.SetTagAsync("long", new('x', 8001), Cancel));
    }

    private static RunOptions Options(string name) =>
        new()
        {
            Name = name,
            Provenance = new()
            {
                Commit = "abc",
                Dirty = false,
                Seed = 3,
                Environment = new Dictionary<string, string> { ["dotnet"] = "10" },
            },
        };

    private static async Task<ArtifactFile> LogAsync(IRun run, string path, string content)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(content));
        return await run.LogArtifactAsync(path, stream, Cancel);
    }

    private async Task<string> ReadAsync(RunId id, string path)
    {
        using var reader = new StreamReader(await Tracker.OpenArtifactAsync(id, path, Cancel));
        return await reader.ReadToEndAsync(Cancel);
    }

    /// <summary>Waits for the background writer, which runs on its own thread; the test's time-out bounds it.</summary>
    private async Task WaitForAsync(RunId id, string key, int count, bool advance)
    {
        var written = -1;
        while (written < count)
        {
            Cancel.ThrowIfCancellationRequested();
            if (advance)
            {
                host.Work.Advance(TimeSpan.FromMilliseconds(200));
            }

            written = (await Tracker.GetMetricHistoryAsync(id, key, cancellationToken: Cancel)).Count;
            await Task.Yield();
        }
    }
}
