using MlPlatform.Core;
using MlPlatform.Serving.Internal;
using MlPlatform.Testing;

namespace MlPlatform.Serving.Tests;

public sealed class PredictionIdTests
{
    [Fact]
    public void Prediction_ids_are_version_7_uuids_of_the_platform_time_and_differ()
    {
        var clock = new ManualTimeProvider(new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var made = new List<PredictionId>[4];
        var threads = made.Select(
                (_, i) => new Thread(() => made[i] = [.. Enumerable.Range(0, 25_000).Select(_ => PredictionIds.New(clock.NowMicros()))])
            )
            .ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        var all = made.SelectMany(m => m).ToList();
        Assert.Equal(100_000, all.Distinct().Count());
        Assert.All(all, id => Assert.Equal((7, 8), (id.Value.Version, id.Value.Variant & 0xC)));
        Assert.Equal(PredictionId.New(clock).ToString()[..12], all[0].ToString()[..12]);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(string.CompareOrdinal(PredictionIds.New(clock.NowMicros()).ToString(), all.Max(id => id.ToString())) > 0);
    }
}
