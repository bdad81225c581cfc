using Microsoft.Extensions.Options;
using MlPlatform.Monitoring.Internal;

namespace MlPlatform.Monitoring.Tests;

public sealed class CaptureTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Barrier_stores_everything_observed_before_it_together_with_the_checkpoint()
    {
        await using var host = new MonitoringHost();
        var layout = Traffic.Layout();
        for (var i = 0; i < 1000; i++)
        {
            Traffic.Observe(host.Observer, layout, i, MonitoringHost.Start.AddMinutes(i), [i, 2, 3]);
        }

        await host.Observer.FlushAsync(new("replay", "1000"), Cancel);

        Assert.Equal(1000, await host.CountAsync("SELECT COUNT(*) FROM mon_prediction"));
        Assert.Equal(1000, await host.CountAsync("SELECT SUM(row_count) FROM mon_pane"));
        Assert.Equal(17, await host.CountAsync("SELECT COUNT(*) FROM mon_pane"));
        Assert.Equal(new PredictionCheckpoint("replay", "1000"), await host.Observer.ReadCheckpointAsync("replay", Cancel));
        Assert.Null(await host.Observer.ReadCheckpointAsync("other", Cancel));
    }

    [Fact]
    public async Task Replay_after_a_kill_counts_every_prediction_once()
    {
        await using var keeper = new MonitoringHost();
        var layout = Traffic.Layout();
        const int Total = 5000;
        foreach (var killAt in (int[])[700, 1900, 3333, Total])
        {
            // Disposed without a stop: what was captured after the last checkpoint is lost, as in a killed process.
            await using var host = new MonitoringHost(directory: keeper.Directory);
            var checkpoint = await host.Observer.ReadCheckpointAsync("replay", Cancel);
            var next = checkpoint is null ? 0 : int.Parse(checkpoint.State, System.Globalization.CultureInfo.InvariantCulture);

            // It also replays some rows that are stored already, as a source that delivers at least once does.
            for (var i = Math.Max(0, next - 50); i < killAt; i++)
            {
                Traffic.Observe(host.Observer, layout, i, MonitoringHost.Start.AddMinutes(i), [i, 2, 3]);
                if ((i + 1) % 400 == 0 || i + 1 == Total)
                {
                    await host.Observer.FlushAsync(
                        new("replay", (i + 1).ToString(System.Globalization.CultureInfo.InvariantCulture)),
                        Cancel
                    );
                }
            }
        }

        Assert.Equal(Total, await keeper.CountAsync("SELECT COUNT(*) FROM mon_prediction"));
        Assert.Equal(Total, await keeper.CountAsync("SELECT SUM(row_count) FROM mon_pane"));
        var window = await keeper.Get<WindowReader>().ReadAsync("m", 0, StoredTime.ToMicros(MonitoringHost.Start.AddDays(10)), Cancel);
        Assert.Equal((Total - 1) / 2.0, window.Pane!.Moments[0].Mean, 1e-9);
    }

    [Fact]
    public async Task A_full_buffer_drops_and_counts_exactly_and_the_pool_returns_to_its_size()
    {
        await using var host = new MonitoringHost(m => m.Configure(o => (o.BlockRows, o.BufferBlocks) = (16, 16)));
        var layout = Traffic.Layout();
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 1000; i++)
            {
                Traffic.Observe(host.Observer, layout, (round * 1000) + i, MonitoringHost.Start, [1, 2, 3]);
            }

            await host.Observer.FlushAsync(null, Cancel);
            var capture = Assert.Single(host.Get<PredictionCapture>().Layouts);
            Assert.Equal(
                3000 - (3000 - (1000 * (round + 1))) - await host.CountAsync("SELECT COUNT(*) FROM mon_prediction"),
                capture.Dropped
            );
            Assert.True(capture.Dropped > 0);
            Assert.Equal(0, capture.BlocksInUse);
        }
    }

    [Fact]
    public async Task A_busy_model_does_not_take_the_room_of_a_quiet_one()
    {
        await using var host = new MonitoringHost(m => m.Configure(o => (o.BlockRows, o.BufferBlocks) = (16, 64)));
        var busy = Traffic.Layout(model: "busy");
        var quiet = Traffic.Layout(model: "quiet");
        Traffic.Observe(host.Observer, quiet, -1, MonitoringHost.Start, [1, 2, 3]);
        for (var i = 0; i < 5000; i++)
        {
            Traffic.Observe(host.Observer, busy, i, MonitoringHost.Start, [1, 2, 3]);
        }

        for (var i = 0; i < 200; i++)
        {
            Traffic.Observe(host.Observer, quiet, 100_000 + i, MonitoringHost.Start, [1, 2, 3]);
        }

        var dropped = host.Get<PredictionCapture>().Layouts.ToDictionary(l => l.Layout.Version.Name, l => l.Dropped);
        Assert.True(dropped["busy"] > 0);
        Assert.Equal(0, dropped["quiet"]);
    }

    [Fact]
    public async Task Many_threads_lose_nothing_while_barriers_run()
    {
        await using var host = new MonitoringHost();
        var layout = Traffic.Layout();
        const int PerThread = 20_000;
        using var start = new Barrier(4);
        var threads = Enumerable
            .Range(0, 3)
            .Select(t => Task.Factory.StartNew(() => Fill(t), Cancel, TaskCreationOptions.LongRunning, TaskScheduler.Default))
            .ToArray();
        start.SignalAndWait(Cancel);
        while (!Task.WhenAll(threads).IsCompleted)
        {
            await host.Observer.FlushAsync(null, Cancel);
        }

        await Task.WhenAll(threads);
        await host.Observer.FlushAsync(null, Cancel);
        Assert.Equal(0, host.Get<PredictionCapture>().Layouts.Single().Dropped);
        Assert.Equal(3 * PerThread, await host.CountAsync("SELECT COUNT(*) FROM mon_prediction"));

        void Fill(int thread)
        {
            start.SignalAndWait(Cancel);
            for (var i = 0; i < PerThread; i++)
            {
                Traffic.Observe(host.Observer, layout, (thread * 1_000_000L) + i, MonitoringHost.Start, [1, 2, 3]);
            }
        }
    }

    [Fact]
    public async Task A_failed_commit_keeps_its_rows_for_the_next_one()
    {
        await using var host = new MonitoringHost();
        var layout = Traffic.Layout();
        await host.Database.MigrateAsync(Cancel);
        await host.ExecuteAsync("ALTER TABLE mon_pane RENAME TO mon_pane_away");
        for (var i = 0; i < 700; i++)
        {
            Traffic.Observe(host.Observer, layout, i, MonitoringHost.Start, [1, 2, 3]);
        }

        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => host.Observer.FlushAsync(new("replay", "700"), Cancel));
        Assert.Equal(0, await host.CountAsync("SELECT COUNT(*) FROM mon_prediction"));
        Assert.Null(await host.Observer.ReadCheckpointAsync("replay", Cancel));

        await host.ExecuteAsync("ALTER TABLE mon_pane_away RENAME TO mon_pane");
        await host.Observer.FlushAsync(null, Cancel);
        Assert.Equal(700, await host.CountAsync("SELECT COUNT(*) FROM mon_prediction"));
        Assert.Equal(0, host.Get<PredictionCapture>().Layouts.Single().BlocksInUse);
    }

    [Fact]
    public async Task Observe_allocates_nothing_once_the_pool_is_warm()
    {
        await using var host = new MonitoringHost();
        var layout = Traffic.Layout(30, categories: 0);
        var numeric = new double[30];
        var observer = host.Observer;
        for (var round = 0; round < 2; round++)
        {
            Fill();
            await observer.FlushAsync(null, Cancel);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        Fill();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Fill()
        {
            for (var i = 0; i < 10_000; i++)
            {
                observer.Observe(
                    new()
                    {
                        Id = default,
                        Layout = layout,
                        TimeMicros = 0,
                        Numeric = numeric,
                        Scores = numeric.AsSpan(0, 1),
                    }
                );
            }
        }
    }

    [Fact]
    public async Task A_record_that_does_not_fit_its_layout_is_dropped_and_counted()
    {
        await using var host = new MonitoringHost();
        Traffic.Observe(host.Observer, Traffic.Layout(), 1, MonitoringHost.Start, [1, 2]);

        await host.Observer.FlushAsync(null, Cancel);

        Assert.Equal(1, host.Get<PredictionCapture>().Layouts.Single().Dropped);
        Assert.Equal(0, await host.CountAsync("SELECT COUNT(*) FROM mon_prediction"));
    }

    [Fact]
    public async Task Stopping_the_platform_stores_what_was_captured()
    {
        await using var host = new MonitoringHost();
        var lifetime = host.Get<IPlatformLifetime>();
        await lifetime.StartAsync(Cancel);
        Traffic.Observe(host.Observer, Traffic.Layout(), 1, MonitoringHost.Start, [1, 2, 3]);

        await lifetime.StopAsync(Cancel);

        Assert.Equal(1, await host.CountAsync("SELECT COUNT(*) FROM mon_prediction"));
    }

    [Fact]
    public async Task Layouts_of_versions_no_longer_used_give_their_share_and_their_blocks_back()
    {
        await using var host = new MonitoringHost(m => m.Configure(o => (o.BlockRows, o.BufferBlocks) = (16, 64)));
        var capture = host.Get<PredictionCapture>();
        for (var version = 1; version <= 20; version++)
        {
            Traffic.Observe(host.Observer, Traffic.Layout(version: version), version, MonitoringHost.Start, [1, 2, 3]);
        }

        await host.Observer.FlushAsync(null, Cancel);
        var used = Traffic.Layout(version: 21);
        for (var round = 0; round < 3; round++)
        {
            Traffic.Observe(host.Observer, used, 100 + round, MonitoringHost.Start, [1, 2, 3]);
            capture.RetireIdle(2);
            await host.Observer.FlushAsync(null, Cancel); // What is in use is drained at each barrier, and is not idle for that.
        }

        Assert.Same(used, Assert.Single(capture.Layouts).Layout);
    }

    [Fact]
    public async Task Versions_that_were_loaded_and_are_idle_have_no_share_of_the_buffers()
    {
        await using var host = new MonitoringHost(m => m.Configure(o => (o.BlockRows, o.BufferBlocks) = (16, 64)));
        var capture = host.Get<PredictionCapture>();
        for (var version = 1; version <= 20; version++)
        {
            Traffic.Observe(host.Observer, Traffic.Layout(version: version), version, MonitoringHost.Start, [1, 2, 3]);
        }

        for (var round = 0; round < 3; round++)
        {
            await host.Observer.FlushAsync(null, Cancel);
            capture.RetireIdle(600);
        }

        var used = Traffic.Layout(version: 21);
        var rows = host.Get<IOptions<MonitoringOptions>>().Value.ExactRows();
        for (var row = 0; row < rows; row++)
        {
            Traffic.Observe(host.Observer, used, 100 + row, MonitoringHost.Start, [1, 2, 3]);
        }

        await host.Observer.FlushAsync(null, Cancel);
        Assert.Equal(21, capture.Layouts.Count);
        Assert.Equal(20 + rows, await host.CountAsync("SELECT COUNT(*) FROM mon_prediction"));
    }

    [Fact]
    public async Task A_version_that_is_used_again_shares_the_buffers_again()
    {
        await using var host = new MonitoringHost(m => m.Configure(o => (o.BlockRows, o.BufferBlocks) = (16, 64)));
        var capture = host.Get<PredictionCapture>();
        PredictionLayout[] both = [Traffic.Layout(version: 1), Traffic.Layout(version: 2)];
        foreach (var pause in new[] { 0, 3 })
        {
            for (var round = 0; round < pause; round++)
            {
                capture.RetireIdle(600);
            }

            for (var row = 0; row < 64 * 16; row++)
            {
                Traffic.Observe(host.Observer, both[row & 1], row, MonitoringHost.Start, [1, 2, 3]);
            }

            Assert.All(capture.Layouts, l => Assert.InRange(l.BlocksInUse, 1, 32));
            await host.Observer.FlushAsync(null, Cancel);
        }
    }

    [Fact]
    public async Task Rows_observed_while_their_layout_is_let_go_are_stored()
    {
        await using var host = new MonitoringHost();
        var capture = host.Get<PredictionCapture>();
        var layout = Traffic.Layout();
        const int Rows = 100_000;
        var observing = Task.Run(
            () =>
            {
                for (var i = 0; i < Rows; i++)
                {
                    Traffic.Observe(host.Observer, layout, i, MonitoringHost.Start, [1, 2, 3]);
                }
            },
            Cancel
        );
        while (!observing.IsCompleted)
        {
            capture.RetireIdle(0); // As if every layout were idle.
            await host.Observer.FlushAsync(null, Cancel);
        }

        await observing;
        await host.Observer.FlushAsync(null, Cancel);
        Assert.Equal(Rows, await host.CountAsync("SELECT COUNT(*) FROM mon_prediction"));
    }
}
