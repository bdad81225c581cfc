using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace MlPlatform.Core.Tests;

public sealed class CallerTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("mlplatform-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public async Task Event_names_the_actor_and_the_trace_of_the_call_that_wrote_it()
    {
        var services = new ServiceCollection().AddSingleton<IActorAccessor, FlowingActor>();
        services.AddMlPlatformCore(o => o.DataDirectory = root).UseTestDatabase(root);
        await using var provider = services.BuildServiceProvider();
        var database = provider.GetRequiredService<IMetadataDatabase>();
        string[] callers = ["first", "second", "third"];
        var traces = await Task.WhenAll(callers.Select(c => Task.Run(() => WriteAsync(database, c))));

        var events = await provider.ReadSettledAsync(new(), TestContext.Current.CancellationToken);

        Assert.Equal(callers.Zip(traces).Order(), events.Select(e => (e.Actor.Id, e.TraceId!)).Order());
        Assert.All(events, e => Assert.Equal(e.Subject.Id, e.Actor.Id));
    }

    private static async Task<string> WriteAsync(IMetadataDatabase database, string caller)
    {
        FlowingActor.Name.Value = caller;
        using var activity = new Activity(caller).Start();
        await database.WriteAsync(
            Durability.Process,
            work =>
            {
                work.Append(new(EventTypes.ExperimentCreated, new(AssetKind.Experiment, caller)));
                return Task.CompletedTask;
            }
        );
        return activity.TraceId.ToHexString();
    }

    private sealed class FlowingActor : IActorAccessor
    {
        public static AsyncLocal<string?> Name { get; } = new();

        public Actor Current => new(ActorKind.Person, Name.Value ?? "nobody");
    }
}
