using MlPlatform.Core;
using static MlPlatform.Registry.Tests.Packages;

namespace MlPlatform.Registry.Tests;

public sealed class AliasTests : IAsyncDisposable
{
    private readonly RegistryHost host = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task One_of_many_conditional_moves_wins()
    {
        await RegisterAsync(9);
        var before = await SetAsync("champion", 1, ETag.None);

        var outcomes = await Task.WhenAll(
            Enumerable
                .Range(2, 8)
                .Select(v =>
                    Task.Run(
                        async () =>
                        {
                            try
                            {
                                return (Won: true, Version: (await SetAsync("champion", v, before.ETag)).Version);
                            }
                            catch (ConcurrencyConflictException e)
                            {
                                Assert.Equal(before.ETag, e.Expected);
                                Assert.Equal("registry.alias", e.Store);
                                return (Won: false, Version: v);
                            }
                        },
                        Cancel
                    )
                )
        );

        var winner = Assert.Single(outcomes, o => o.Won);
        Assert.Equal(winner.Version, (await host.Models.GetAliasAsync("m", "champion", Cancel))!.Version);
        Assert.Equal(2, (await host.Models.GetAliasHistoryAsync("m", "champion", Cancel)).Count);
        Assert.Equal(2, (await host.EventsAsync(EventTypes.AliasMoved)).Count);
    }

    [Fact]
    public async Task Setting_an_alias_where_it_points_is_no_move()
    {
        await RegisterAsync(1);
        var first = await SetAsync("champion", 1, null);
        var again = await SetAsync("champion", 1, null);

        Assert.Equal(first, again);
        Assert.Single(await host.EventsAsync(EventTypes.AliasMoved));
        Assert.Single(await host.Models.GetAliasHistoryAsync("m", "champion", Cancel));
    }

    [Fact]
    public async Task History_says_what_was_live_at_any_time()
    {
        await RegisterAsync(2);
        var start = host.Time.GetUtcNow();
        await SetAsync("champion", 1, null);
        host.Time.Advance(TimeSpan.FromHours(1));
        await SetAsync("champion", 2, null);
        host.Time.Advance(TimeSpan.FromHours(1));
        await host.Models.RemoveAliasAsync("m", "champion", null, Because, Cancel);

        Assert.Null(await LiveAsync(start.AddMicroseconds(-1)));
        Assert.Equal(1, await LiveAsync(start));
        Assert.Equal(1, await LiveAsync(start.AddHours(1).AddMicroseconds(-1)));
        Assert.Equal(2, await LiveAsync(start.AddHours(1)));
        Assert.Null(await LiveAsync(start.AddHours(2)));
        var history = await host.Models.GetAliasHistoryAsync("m", "champion", Cancel);
        Assert.Equal([(1, null), (2, 1), (null, 2)], history.Select(h => (h.Version, h.Previous)));
        Assert.Equal([start.AddHours(1), start.AddHours(2), (DateTimeOffset?)null], history.Select(h => h.To));
        Assert.All(history, h => Assert.Equal(Because, h.Reason));
    }

    [Fact]
    public async Task A_champion_that_moves_is_a_deployment_with_its_predecessor()
    {
        await RegisterAsync(2);
        await SetAsync("challenger", 1, null);
        await SetAsync("champion", 1, null);
        var evidence = await host.Get<IArtifactStore>().PutBytesAsync("{}"u8.ToArray(), Cancel);
        await host.Models.SetAliasAsync("m", "champion", 2, null, new(AliasMoveKind.Retrain, "Better.", evidence.Digest), Cancel);

        var events = await host.EventsAsync(EventTypes.DeployActivated);
        Assert.Equal(["model:m@v1", "model:m@v2"], events.Select(e => e.Subject.ToString()));
        Assert.Equal(1, events[1].Payload.GetProperty("previous").GetInt32());
        Assert.Equal("retrain", events[1].Payload.GetProperty("kind").GetString());
        var moved = (await host.EventsAsync(EventTypes.AliasMoved))[^1];
        Assert.Equal("alias:m@champion", moved.Subject.ToString());
        Assert.Equal(evidence.Digest.ToString(), moved.Payload.GetProperty("gate").GetString());
        host.Work.Advance(TimeSpan.FromDays(2));
        await host.Get<IArtifactGarbageCollector>().CollectAsync(TimeSpan.Zero, Cancel);
        Assert.NotNull(await host.Get<IArtifactStore>().FindAsync(evidence.Digest, Cancel));
    }

    [Fact]
    public async Task A_tag_from_before_a_removal_never_fits_again()
    {
        await RegisterAsync(1);
        var first = await SetAsync("champion", 1, ETag.None);
        Assert.True(await host.Models.RemoveAliasAsync("m", "champion", first.ETag, Because, Cancel));
        Assert.Null(await host.Models.GetAliasAsync("m", "champion", Cancel));
        Assert.False(await host.Models.RemoveAliasAsync("m", "champion", null, Because, Cancel));

        var second = await SetAsync("champion", 1, ETag.None);

        Assert.NotEqual(first.ETag, second.ETag);
        await Assert.ThrowsAsync<ConcurrencyConflictException>(() => SetAsync("champion", 1, first.ETag));
    }

    [Fact]
    public async Task A_clock_that_jumps_back_does_not_make_intervals_overlap()
    {
        await RegisterAsync(2);
        await SetAsync("champion", 1, null);
        host.Time.AdjustTime(host.Time.GetUtcNow().AddDays(-3));
        await SetAsync("champion", 2, null);

        var history = await host.Models.GetAliasHistoryAsync("m", "champion", Cancel);
        Assert.Equal(history[0].To, history[1].From);
        Assert.True(history[0].From <= history[0].To);
    }

    [Fact]
    public async Task A_body_that_throws_after_a_move_moves_nothing()
    {
        await RegisterAsync(1);
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            host.Database.WriteAsync(
                Durability.Power,
                async work =>
                {
                    await host.Models.SetAliasAsync(work, "m", "champion", 1, null, Because);
                    throw new InvalidOperationException("fault");
                },
                Cancel
            )
        );

        Assert.Null(await host.Models.GetAliasAsync("m", "champion", Cancel));
        Assert.Empty(await host.EventsAsync(EventTypes.AliasMoved, EventTypes.DeployActivated));
        Assert.Empty(await host.Models.GetAliasHistoryAsync("m", "champion", Cancel));
    }

    [Fact]
    public async Task An_alias_can_only_point_at_what_exists()
    {
        await RegisterAsync(1);
        await Assert.ThrowsAsync<AssetNotFoundException>(() => SetAsync("champion", 2, null));
        var missing = new AliasMoveReason(AliasMoveKind.Retrain, "Better.", ArtifactDigest.Of("nothing"u8));
        await Assert.ThrowsAsync<ArtifactNotFoundException>(() => host.Models.SetAliasAsync("m", "champion", 1, null, missing, Cancel));
    }

    [Theory]
    [InlineData("latest")]
    [InlineData("Latest")]
    [InlineData("v1")]
    [InlineData("V20")]
    [InlineData("a b")]
    [InlineData("a@b")]
    [InlineData("é")]
    [InlineData("")]
    public async Task A_reserved_or_unspeakable_alias_is_refused(string alias) =>
        await Assert.ThrowsAnyAsync<ArgumentException>(() => SetAsync(alias, 1, null));

    [Theory]
    [InlineData("v")]
    [InlineData("v1x")]
    [InlineData("prod_EU-1")]
    public async Task An_ordinary_alias_is_taken(string alias)
    {
        await RegisterAsync(1);
        Assert.Equal(1, (await SetAsync(alias, 1, null)).Version);
    }

    [Fact]
    public async Task A_watch_gives_the_present_state_and_then_every_last_state()
    {
        await RegisterAsync(3);
        await SetAsync("champion", 1, null);
        await SetAsync("gone", 1, null);
        await host.Models.RemoveAliasAsync("m", "gone", null, Because, Cancel);
        await using var watch = host.Source.WatchAsync("m", Cancel).GetAsyncEnumerator(Cancel);

        Assert.True(await watch.MoveNextAsync());
        Assert.Equal(("champion", 1, null), (watch.Current.Alias, watch.Current.Version, watch.Current.Previous));
        var next = watch.MoveNextAsync();
        Assert.False(next.IsCompleted);
        var moved = await SetAsync("champion", 2, null);
        Assert.True(await next.AsTask().WaitAsync(TimeSpan.FromSeconds(20), Cancel));
        Assert.Equal(new("m", "champion", 2, 1, moved.ETag), watch.Current);
        await SetAsync("champion", 3, null);
        await host.Models.RemoveAliasAsync("m", "champion", null, Because, Cancel);
        await watch.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20), Cancel);
        Assert.Equal((null, 2), (watch.Current.Version, watch.Current.Previous)); // The state in between was merged.
    }

    private async Task RegisterAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            await host.Models.RegisterVersionAsync("m", Of($"{i}"), null, Cancel);
        }
    }

    private Task<ModelAlias> SetAsync(string alias, int version, ETag? expected) =>
        host.Models.SetAliasAsync("m", alias, version, expected, Because, Cancel);

    private async Task<int?> LiveAsync(DateTimeOffset time) => (await host.Models.GetLiveAtAsync("m", "champion", time, Cancel))?.Version;
}
