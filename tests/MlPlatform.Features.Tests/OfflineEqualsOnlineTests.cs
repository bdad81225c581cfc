using CsCheck;

namespace MlPlatform.Features.Tests;

/// <summary>What a model is trained on is what it is served: the same history, read both ways at the same moment, gives the same answer.</summary>
public sealed class OfflineEqualsOnlineTests
{
    private static readonly string?[] Origins = ["ATL", "BOS", "", null];

    // Minutes on quarter hours hit the edges of windows and tiles; few ids give repetitions, few values ties.
    private static readonly Gen<(int Id, int Origin, long MicrosAgo, float? Delay, bool Late, int Seats)> OneLanding = Gen.Select(
        Gen.Int[0, 40],
        Gen.Int[0, 3],
        Gen.OneOf(Gen.Long[-1, 26].Select(q => q * 15 * 60_000_000), Gen.Long[-299_000_000, 14_000_000_000]),
        Gen.OneOf(Gen.Const((float?)null), Gen.Int[-20, 90].Select(v => (float?)(v / 4f))),
        Gen.Bool,
        Gen.Int[10, 300]
    );

    [Fact]
    public void Online_read_equals_training_set_for_random_events() =>
        Gen.Select(OneLanding.Array[0, 25].Array[1, 4], Gen.Int[0, 40], Gen.Bool)
            .Sample(
                (batches, minutes, bulk) => CheckAsync(batches, TimeSpan.FromMinutes(minutes * 2.5), bulk).GetAwaiter().GetResult(),
                iter: 20,
                threads: 1
            );

    private static async Task CheckAsync(
        (int Id, int Origin, long MicrosAgo, float? Delay, bool Late, int Seats)[][] batches,
        TimeSpan later,
        bool bulk
    )
    {
        await using var host = new FeaturesHost(f => f.AddDefinitions<FlightFeatures>().Configure(o => o.SegmentRows = 100));
        var number = 0;
        foreach (var batch in batches)
        {
            Landing[] rows =
            [
                .. batch.Select(e => new Landing(
                    $"{e.Id}",
                    Origins[e.Origin],
                    host.Clock.GetUtcNow() - TimeSpan.FromMicroseconds(Math.Max(e.MicrosAgo, -300_000_000)),
                    e.Delay,
                    e.Late,
                    e.Seats,
                    e.Seats % 3 == 0 ? null : FeaturesHost.Start - TimeSpan.FromMinutes(e.Seats % 5)
                )),
            ];
            await host.Store.PushAsync("landings", rows, bulk && number++ % 2 == 0 ? PushTarget.Offline : PushTarget.OnlineAndOffline);
            await CompareAsync(host, online: false); // Reads fill the caches, which the next push must keep right.
            host.Clock.Advance(later / batches.Length);
        }

        await host.Store.MaterializeAsync();
        await CompareAsync(host, online: true);
        host.Clock.Advance(TimeSpan.FromMinutes(4));
        await CompareAsync(host, online: true);
    }

    private static async Task CompareAsync(FeaturesHost host, bool online)
    {
        foreach (
            var query in Origins
                .Select(o => new Query(o, host.Clock.GetUtcNow(), 100.5, 4, true))
                .Append(new("ATL", host.Clock.GetUtcNow(), null, null, true))
        )
        {
            var cells = await host.ReadAsync(query);
            if (!online)
            {
                continue;
            }

            var set = await host.Store.GetTrainingSetAsync([query], "flight");
            foreach (var (name, cell) in cells)
            {
                var expected = set[name][0];
                var actual = name is "distance" or "hour" && cell.Status == FeatureStatus.NotFound ? null : cell.Value.ToObject();
                Assert.True(
                    Same(expected, actual),
                    $"{name} of '{query.Origin}' at {query.At:O}: offline {expected}, online {actual} ({cell.Status})."
                );
            }

            var last = set.Views.Single(v => v.View == "last_landing");
            var status = cells["last__id"].Status;
            Assert.Equal(last.Matched == 1, status is FeatureStatus.Present or FeatureStatus.NullValue);
            Assert.Equal(last.OutOfTimeToLive == 1, status == FeatureStatus.OutsideMaxAge);
            Assert.Equal(last.NoRow == 1, status == FeatureStatus.NotFound);
            Assert.Equal(query.Origin is null, cells["flights"].Status == FeatureStatus.NotFound);
        }
    }

    private static bool Same(object? expected, object? actual) =>
        (expected, actual) switch
        {
            (double a, double b) => Math.Abs(a - b) <= 1e-9 * Math.Max(1, Math.Abs(a)),
            _ => Equals(expected, actual),
        };
}
