using CsCheck;
using MlPlatform.Core;
using MlPlatform.Serving.Internal;

namespace MlPlatform.Serving.Tests;

public sealed class TrafficSplitTests
{
    private static readonly Rollout Rollout = new()
    {
        Id = default,
        Candidate = new("m", 2),
        Options = new(),
        State = RolloutState.Canary,
        StartedAt = DateTimeOffset.UnixEpoch,
        StepAt = DateTimeOffset.UnixEpoch,
        Reason = "test",
    };

    [Fact]
    public void Routing_is_sticky_and_a_larger_share_only_adds() =>
        Gen.Select(
                Gen.Long,
                Gen.OneOf(Gen.Const((string?)null), Gen.String.Select(s => (string?)s)),
                Gen.Guid,
                Gen.Double[0, 1],
                Gen.Double[0, 1]
            )
            .Sample(
                (salt, key, guid, a, b) =>
                {
                    var id = new PredictionId(guid);
                    var small = TrafficSplit.Of(salt, Math.Min(a, b)).Takes(key, id);
                    var large = TrafficSplit.Of(salt, Math.Max(a, b)).Takes(key, id);
                    Assert.Equal(small, TrafficSplit.Of(salt, Math.Min(a, b)).Takes(key, id));
                    Assert.True(!small || large);
                    Assert.False(TrafficSplit.Of(salt, 0).Takes(key, id));
                    Assert.True(TrafficSplit.Of(salt, 1).Takes(key, id));
                    Assert.True(key is null || TrafficSplit.Of(salt, a).Takes(key, id) == TrafficSplit.Of(salt, a).Takes(key, default));
                }
            );

    [Fact]
    public void The_smallest_share_still_takes_requests() => Assert.Equal(1, TrafficSplit.Of(salt: 7, share: 0.00001).Buckets);

    [Fact]
    public void A_replay_of_a_rollout_picks_the_same_users_whatever_its_id() =>
        Assert.Equal(
            TrafficSplit.SaltOf(Rollout),
            TrafficSplit.SaltOf(Rollout with { Id = new(new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)) })
        );

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.05)]
    [InlineData(0.5)]
    public void The_share_is_kept_and_two_rollouts_pick_other_users(double share)
    {
        const int Users = 100_000;
        var first = TrafficSplit.Of(TrafficSplit.SaltOf(Rollout), share);
        var second = TrafficSplit.Of(TrafficSplit.SaltOf(Rollout with { StartedAt = Rollout.StartedAt.AddSeconds(1) }), share);
        var keys = Enumerable.Range(0, Users).Select(i => $"user{i}").ToList();
        var inFirst = keys.Count(k => first.Takes(k, default));
        var inBoth = keys.Count(k => first.Takes(k, default) && second.Takes(k, default));

        // Five standard deviations.
        Assert.InRange(inFirst, (Users * share) - (5 * Math.Sqrt(Users * share)), (Users * share) + (5 * Math.Sqrt(Users * share)));
        Assert.InRange(
            inBoth,
            (Users * share * share) - (5 * Math.Sqrt(Users) * share),
            (Users * share * share) + (5 * Math.Sqrt(Users) * share)
        );
    }
}
