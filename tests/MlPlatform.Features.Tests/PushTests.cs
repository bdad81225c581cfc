using Microsoft.Data.Sqlite;

namespace MlPlatform.Features.Tests;

public sealed class PushTests
{
    private static readonly DateTimeOffset Now = FeaturesHost.Start;

    [Fact]
    public async Task Repeated_ids_are_counted_once()
    {
        await using var host = new FeaturesHost();
        var first = await host.Store.PushAsync("landings", [Rows.At("a", Now), Rows.At("b", Now), Rows.At("a", Now)]);
        var second = await host.Store.PushAsync("landings", [Rows.At("b", Now), Rows.At("c", Now)]);

        Assert.Equal((2, 1), (first.Accepted, first.Duplicates));
        Assert.Equal((1, 1), (second.Accepted, second.Duplicates));
        Assert.Equal(3, (await host.ReadAsync(Rows.Ask(Now)))["flights"].Value.ToInt64());
    }

    [Fact]
    public async Task Pushes_of_two_hosts_at_once_get_sequences_without_a_gap_and_each_row_counts_once()
    {
        await using var first = new FeaturesHost();
        await using var second = new FeaturesHost(directory: first.Directory, clock: first.Clock);
        await first.Store.ApplyAsync();
        var results = await Task.WhenAll(
            Enumerable
                .Range(0, 32)
                .Select(i =>
                    Task.Run(() =>
                        (i % 2 == 0 ? first : second).Store.PushAsync("landings", [Rows.At($"own{i}", Now), Rows.At("shared", Now)])
                    )
                )
        );

        Assert.Equal(33, results.Sum(r => r.Accepted));
        Assert.Equal(33, results.Max(r => r.LastSequence));
        foreach (var host in new[] { first, second })
        {
            await host.Store.MaterializeAsync();
            Assert.Equal(33, (await host.ReadAsync(Rows.Ask(Now)))["flights"].Value.ToInt64());
        }
    }

    [Fact]
    public async Task Large_push_with_repeated_ids_leaves_them_out()
    {
        await using var host = new FeaturesHost(f => f.AddDefinitions<FlightFeatures>().Configure(o => o.SegmentRows = 100));
        await host.Store.PushAsync("landings", Rows.Many(10, Now));
        var large = await host.Store.PushAsync("landings", Rows.Many(200, Now));

        Assert.Equal((190, 10), (large.Accepted, large.Duplicates));
        Assert.Equal(200, (await host.ReadAsync(Rows.Ask(Now)))["flights"].Value.ToInt64());
        Assert.Equal(0, (await host.Store.MaterializeAsync()).Rows);
    }

    [Fact]
    public async Task Late_row_does_not_replace_a_newer_one_but_enters_history()
    {
        await using var host = new FeaturesHost();
        await host.Store.PushAsync("landings", [Rows.At("new", Now, 1)]);
        await host.Store.PushAsync("landings", [Rows.At("late", Now - TimeSpan.FromMinutes(30), 2)]);

        Assert.Equal("new", (await host.ReadAsync(Rows.Ask(Now)))["last__id"].Value.AsString());
        var set = await host.Store.GetTrainingSetAsync([Rows.Ask(Now - TimeSpan.FromMinutes(10)), Rows.Ask(Now)], "flight");
        Assert.Equal(["late", "new"], set["last__id"].As<string>().ToArray());
    }

    [Theory]
    [InlineData(0, FeatureStatus.Present)]
    [InlineData(1, FeatureStatus.OutsideMaxAge)]
    [InlineData(-1, FeatureStatus.Present)]
    public async Task Time_to_live_ends_to_the_microsecond(int micros, FeatureStatus expected)
    {
        await using var host = new FeaturesHost();
        await host.Store.PushAsync("landings", [Rows.At("a", Now)]);
        host.Clock.Set(Now + FlightFeatures.TimeToLive + TimeSpan.FromMicroseconds(micros));

        var cell = (await host.ReadAsync(Rows.Ask(Now)))["last__delay"];
        Assert.Equal(expected, cell.Status);
        Assert.Equal(StoredTime.ToMicros(Now), cell.EventTimeMicros);
        Assert.Equal(expected == FeatureStatus.Present, !cell.Value.IsNull);
        var set = await host.Store.GetTrainingSetAsync([Rows.Ask(host.Clock.GetUtcNow())], "flight");
        Assert.Equal(expected == FeatureStatus.Present, set["last__delay"][0] is not null);
    }

    [Fact]
    public async Task Row_whose_key_is_no_text_is_refused()
    {
        await using var host = new FeaturesHost();
        foreach (var origin in (string[])["A\uD83D", "\uDE00\uD83D"]) // Not in an attribute, which could not hold them.
        {
            var error = await Assert.ThrowsAsync<InvalidFeatureRowException>(() =>
                host.Store.PushAsync("landings", [Rows.At("1", FeaturesHost.Start, origin: origin)])
            );
            Assert.Contains("'origin'", error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(1, (await host.Store.PushAsync("landings", [Rows.At("1", FeaturesHost.Start, origin: "A\uD83D\uDE00B")])).Accepted);
    }

    [Fact]
    public async Task Row_beyond_the_clock_is_refused_with_the_whole_push()
    {
        await using var host = new FeaturesHost();
        var error = await Assert.ThrowsAsync<InvalidFeatureRowException>(() =>
            host.Store.PushAsync(
                "landings",
                [Rows.At("a", Now), Rows.At("b", Now + TimeSpan.FromMinutes(5) + TimeSpan.FromMicroseconds(1))]
            )
        );

        Assert.Equal(1, error.Row);
        Assert.Contains("2025-03-01T12:05:00.000001", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, (await host.Store.PushAsync("landings", [Rows.At("a", Now + TimeSpan.FromMinutes(5))])).Accepted);
    }

    [Fact]
    public async Task Source_that_is_not_declared_is_named_with_those_that_are()
    {
        await using var host = new FeaturesHost();
        var error = await Assert.ThrowsAsync<AssetNotFoundException>(() => host.Store.PushAsync("departures", [Rows.At("a", Now)]));

        Assert.Contains("landings", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_processes_see_each_others_writes()
    {
        var directory = Path.Combine(Path.GetTempPath(), "mlp-features-" + Path.GetRandomFileName());
        try
        {
            // No age is allowed to the caches, so that each read asks the database.
            await using var one = new FeaturesHost(
                f => f.AddDefinitions<FlightFeatures>().Configure(o => o.CacheMaxAge = TimeSpan.Zero),
                directory
            );
            await using var two = new FeaturesHost(
                f => f.AddDefinitions<FlightFeatures>().Configure(o => o.CacheMaxAge = TimeSpan.Zero),
                directory
            );
            for (var i = 0; i < 6; i++)
            {
                var (writer, reader) = i % 2 == 0 ? (one, two) : (two, one);
                await writer.Store.PushAsync("landings", [Rows.At($"{i}", Now, i)]);

                Assert.Equal(i + 1, (await reader.ReadAsync(Rows.Ask(Now)))["flights"].Value.ToInt64());
                Assert.Equal(i + 1, (await writer.ReadAsync(Rows.Ask(Now)))["flights"].Value.ToInt64());
                Assert.Equal($"{i}", (await reader.ReadAsync(Rows.Ask(Now)))["last__id"].Value.AsString());
            }

            Assert.Equal(0, (await two.Store.MaterializeAsync()).Rows);
        }
        finally
        {
            SqliteConnection.ClearAllPools();
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task Materialization_brings_offline_rows_online_once_and_says_so()
    {
        await using var host = new FeaturesHost();
        await host.Store.PushAsync("landings", Rows.Many(5, Now), PushTarget.Offline);
        Assert.Equal(0, (await host.ReadAsync(Rows.Ask(Now)))["flights"].Value.ToInt64());

        Assert.Equal(10, (await host.Store.MaterializeAsync()).Rows);
        Assert.Equal(0, (await host.Store.MaterializeAsync()).Rows);
        Assert.Equal(5, (await host.ReadAsync(Rows.Ask(Now)))["flights"].Value.ToInt64());
        Assert.Equal(2, await host.CountEventsAsync(EventTypes.ViewMaterialized));
    }
}
