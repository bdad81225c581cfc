using MlPlatform.Testing;

namespace MlPlatform.Features.Tests;

/// <summary>A process that ends between any two durable steps loses nothing that it acknowledged and doubles nothing when the work is repeated.</summary>
public sealed class CrashTests
{
    [Theory]
    [InlineData("features.push.stored", 150)]
    [InlineData("online.commit", 150)]
    [InlineData("online.committed", 150)]
    [InlineData("features.push.committed", 150)]
    [InlineData("features.materialize.chunk", 150)]
    [InlineData("online.commit", 60)]
    [InlineData("online.committed", 60)]
    [InlineData("features.push.committed", 60)]
    public async Task Push_repeated_after_a_crash_counts_each_row_once(string point, int rows)
    {
        var directory = Path.Combine(Path.GetTempPath(), "mlp-features-" + Path.GetRandomFileName());
        try
        {
            var landings = Rows.Many(rows, FeaturesHost.Start);
            await using (var host = Host(directory))
            {
                await host.Store.ApplyAsync();
                host.Faults.Arm(point);
                await Assert.ThrowsAsync<InjectedFaultException>(() => host.Store.PushAsync("landings", landings));
            }

            await using var restarted = Host(directory);
            var again = await restarted.Store.PushAsync("landings", landings);
            Assert.Equal(rows, again.Accepted + again.Duplicates);
            await restarted.Store.MaterializeAsync();
            await HoldsAsync(restarted, rows);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task Pushed_file_that_waits_to_be_sealed_is_kept_from_garbage_collection()
    {
        var directory = Path.Combine(Path.GetTempPath(), "mlp-features-" + Path.GetRandomFileName());
        try
        {
            await using (var host = Host(directory))
            {
                await host.Store.ApplyAsync();
                host.Faults.Arm("features.push.committed"); // Committed, and not sealed.
                await Assert.ThrowsAsync<InjectedFaultException>(() =>
                    host.Store.PushAsync("landings", Rows.Many(150, FeaturesHost.Start))
                );
            }

            await using var restarted = Host(directory);
            var swept = await restarted.Get<IArtifactGarbageCollector>().CollectAsync(TimeSpan.Zero);
            Assert.Equal((1, 0), (swept.Kept, swept.Deleted));

            await restarted.Get<IPlatformLifetime>().StartAsync();
            Assert.Equal(0, await restarted.CountPendingAsync());
            swept = await restarted.Get<IArtifactGarbageCollector>().CollectAsync(TimeSpan.Zero);
            Assert.Equal((1, 0), (swept.Kept, swept.Deleted));
            await restarted.Store.MaterializeAsync();
            await HoldsAsync(restarted, 150);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task Platform_starts_though_what_waits_cannot_be_sealed()
    {
        var directory = Path.Combine(Path.GetTempPath(), "mlp-features-" + Path.GetRandomFileName());
        try
        {
            await using (var host = Host(directory))
            {
                await host.Store.ApplyAsync();
                host.Faults.Arm("features.push.committed");
                await Assert.ThrowsAsync<InjectedFaultException>(() =>
                    host.Store.PushAsync("landings", Rows.Many(150, FeaturesHost.Start))
                );
            }

            await using var restarted = Host(directory);
            restarted.Faults.Arm("features.seal.stored");
            await restarted.Get<IPlatformLifetime>().StartAsync();

            Assert.Contains("features.seal.stored", restarted.Faults.Hits);
            await restarted.Store.MaterializeAsync();
            await HoldsAsync(restarted, 150);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Theory]
    [InlineData("features.seal.stored", 60)]
    [InlineData("features.seal.recorded", 60)]
    [InlineData("features.seal.stored", 150)]
    [InlineData("features.seal.recorded", 150)]
    public async Task Sealing_that_was_cut_off_keeps_the_push_and_ends_at_the_next_start(string point, int second)
    {
        var directory = Path.Combine(Path.GetTempPath(), "mlp-features-" + Path.GetRandomFileName());
        try
        {
            await using (var host = Host(directory))
            {
                await host.Store.PushAsync("landings", Rows.Many(60, FeaturesHost.Start));
                host.Faults.Arm(point);
                Assert.Equal(second, (await host.Store.PushAsync("landings", Rows.Many(second, FeaturesHost.Start, 60))).Accepted);
                Assert.Contains(point, host.Faults.Hits);
                Assert.NotEqual(0, await host.CountPendingAsync());
                await HoldsAsync(host, 60 + second);
            }

            await using var restarted = Host(directory);
            await restarted.Get<IPlatformLifetime>().StartAsync();
            await HoldsAsync(restarted, 60 + second);
            Assert.Equal(0, (await restarted.Store.MaterializeAsync()).Rows);
            Assert.Equal(second == 60 ? 0 : 1, await restarted.CountPendingAsync()); // Sixty rows alone are no segment yet.
            await restarted.Get<IPlatformLifetime>().StopAsync();
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task Materialization_that_was_cut_off_goes_on_where_it_stopped()
    {
        await using var host = Host(null);
        for (var i = 0; i < 3; i++)
        {
            await host.Store.PushAsync("landings", Rows.Many(100, FeaturesHost.Start, i * 100), PushTarget.Offline);
        }

        host.Faults.Arm("features.materialize.chunk");
        await Assert.ThrowsAsync<InjectedFaultException>(() => host.Store.MaterializeAsync("origin_delays"));

        var rest = await host.Store.MaterializeAsync("origin_delays");
        Assert.Equal(200, rest.Rows);
        await host.Store.MaterializeAsync();
        await HoldsAsync(host, 300);
    }

    private static FeaturesHost Host(string? directory) =>
        new(f => f.AddDefinitions<FlightFeatures>().Configure(o => o.SegmentRows = 100), directory);

    private static async Task HoldsAsync(FeaturesHost host, long rows)
    {
        var set = await host.Store.GetTrainingSetAsync([Rows.Ask(FeaturesHost.Start)], "flight");
        Assert.Equal(rows, set["flights"][0]);
        var cells = await host.ReadAsync(Rows.Ask(FeaturesHost.Start));
        Assert.Equal(rows, cells["flights"].Value.ToInt64());
        Assert.Equal(set["mean_delay"][0], cells["mean_delay"].Value.ToObject());
    }
}
