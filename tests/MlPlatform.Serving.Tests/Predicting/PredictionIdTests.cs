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
        var (first, second) = (new PredictionIds(new(clock, clock)), new PredictionIds(new(clock, clock)));
        var made = Enumerable
            .Range(0, 50_000)
            .SelectMany(_ => new[] { first.New(clock.GetUtcNow()), second.New(clock.GetUtcNow()) })
            .ToList();
        Assert.Equal(made.Count, made.Distinct().Count());
        Assert.All(made, id => Assert.Equal((7, 8), (id.Value.Version, id.Value.Variant & 0xC)));
        Assert.Equal(PredictionId.New(clock).ToString()[..12], made[0].ToString()[..12]);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(string.CompareOrdinal(first.New(clock.GetUtcNow()).ToString(), made.Max(id => id.ToString())) > 0);
    }
}
