using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Core;
using MlPlatform.Testing;
using Xunit;

namespace MlPlatform.Conformance;

/// <summary>What the event log must do on every database.</summary>
public abstract class EventLogConformanceTests
{
    /// <summary>Builds a container with an empty database; services registered before are kept.</summary>
    protected abstract Task<ServiceProvider> CreateAsync(Action<IServiceCollection> configure);

    /// <summary>Every field of the envelope comes back as it was written.</summary>
    [Fact]
    public async Task Event_comes_back_whole()
    {
        var platform = new ManualTimeProvider(new(2001, 2, 3, 4, 5, 6, TimeSpan.Zero));
        await using var services = await CreateAsync(s => s.AddSingleton<TimeProvider>(platform));
        var cause = EventId.New(platform);
        var written = new PlatformEvent("model.versionCreated", new(AssetKind.Model, "m:with@odd name", 3))
        {
            SchemaVersion = 2,
            Related = [new(AssetKind.Run, "r"), new(AssetKind.Dataset, "d", 7)],
            CauseId = cause,
            Actor = new(ActorKind.Person, "ada", "research"),
            Payload = new JsonObject { ["n"] = 1, ["text"] = "ü \"quoted\"" },
        };
        await AppendAsync(services, written);
        var read = Assert.Single(await ReadAsync(services, new()));
        Assert.Equal(written.Type, read.Type);
        Assert.Equal(written.Subject, read.Subject);
        Assert.Equal(2, read.SchemaVersion);
        Assert.Equal(written.Related, read.Related);
        Assert.Equal(cause, read.CauseId);
        Assert.Equal(platform.GetUtcNow(), read.Time);
        Assert.Equal((ActorKind.Person, "ada", "research"), (read.Actor.Kind, read.Actor.Id, read.Actor.Team));
        Assert.Equal("ü \"quoted\"", read.Payload.GetProperty("text").GetString());
    }

    /// <summary>Pages follow each other without a gap or a repeat, and filters hold.</summary>
    [Fact]
    public async Task Pages_follow_without_gap_or_repeat()
    {
        await using var services = await CreateAsync(_ => { });
        for (var i = 0; i < 25; i++)
        {
            await AppendAsync(
                services,
                new(i % 2 == 0 ? "a.even" : "a.odd", new(AssetKind.Run, $"r{i % 3}")) { Payload = new JsonObject { ["i"] = i } }
            );
        }

        var seen = new List<int>();
        for (var after = EventPosition.Start; ; )
        {
            var page = await ReadAsync(services, new() { After = after, Limit = 7 });
            if (page.Count == 0)
            {
                break;
            }

            seen.AddRange(page.Select(e => e.Payload.GetProperty("i").GetInt32()));
            after = page[^1].Position;
        }

        Assert.Equal(Enumerable.Range(0, 25), seen);
        Assert.Equal(12, (await ReadAsync(services, new() { Types = ["a.odd"] })).Count);
        Assert.Equal(9, (await ReadAsync(services, new() { Subject = new(AssetKind.Run, "r0") })).Count);
        Assert.Equal(4, (await ReadAsync(services, new() { Types = ["a.odd"], Subject = new(AssetKind.Run, "r0") })).Count);
    }

    /// <summary>A limit outside the range is refused.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(10_001)]
    public async Task Limit_outside_the_range_is_refused(int limit)
    {
        await using var services = await CreateAsync(_ => { });
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => ReadAsync(services, new() { Limit = limit }));
    }

    /// <summary>A watcher gets the past, then what comes, each once and in order.</summary>
    [Fact]
    public async Task Watcher_gets_the_past_and_then_each_new_event()
    {
        await using var services = await CreateAsync(_ => { });
        await AppendAsync(services, new("t.a", new(AssetKind.Run, "0")));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var watch = services.GetRequiredService<IEventLog>().WatchAsync(new(), stop.Token).GetAsyncEnumerator(stop.Token);
        for (var i = 0; i < 5; i++)
        {
            Assert.True(await watch.MoveNextAsync());
            Assert.Equal($"{i}", watch.Current.Subject.Id);
            var waiting = watch.MoveNextAsync();
            await AppendAsync(services, new("t.a", new(AssetKind.Run, $"{i + 1}")));
            Assert.True(await waiting);
            Assert.Equal($"{++i}", watch.Current.Subject.Id);
            await AppendAsync(services, new("t.a", new(AssetKind.Run, $"{i + 1}")));
        }

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            while (await watch.MoveNextAsync()) { }
        });
    }

    private static Task AppendAsync(ServiceProvider services, PlatformEvent platformEvent) =>
        services
            .GetRequiredService<IMetadataDatabase>()
            .WriteAsync(
                Durability.Process,
                work =>
                {
                    work.Append(platformEvent);
                    return Task.CompletedTask;
                },
                TestContext.Current.CancellationToken
            );

    private static Task<IReadOnlyList<EventRecord>> ReadAsync(ServiceProvider services, EventQuery query) =>
        services.GetRequiredService<IEventLog>().ReadAsync(query, TestContext.Current.CancellationToken);
}
