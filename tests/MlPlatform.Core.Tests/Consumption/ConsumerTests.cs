using Microsoft.Extensions.DependencyInjection;

namespace MlPlatform.Core.Tests;

public sealed class ConsumerTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("mlplatform-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Declared_consumers_are_listed_and_each_change_is_one_event()
    {
        var services = new ServiceCollection();
        services.AddMlPlatformCore(o => o.DataDirectory = root).UseTestDatabase(root);
        await using var provider = services.BuildServiceProvider();
        await provider.GetRequiredService<IMetadataDatabase>().MigrateAsync(Cancel);
        var consumers = provider.GetRequiredService<IConsumers>();
        var (model, shop) = (new AssetRef(AssetKind.Model, "m"), new Actor(ActorKind.Service, "shop", "sales"));

        await consumers.DeclareAsync(model with { Version = 3 }, "ranking", consumer: shop, cancellationToken: Cancel);
        await consumers.DeclareAsync(model, "ranking", consumer: shop, cancellationToken: Cancel);
        await consumers.DeclareAsync(model, "ranking", isActuating: true, shop, Cancel);
        await consumers.DeclareAsync(model, "report", consumer: new Actor(ActorKind.Person, "ada"), cancellationToken: Cancel);
        await consumers.DeclareAsync(new(AssetKind.Model, "other"), "report", cancellationToken: Cancel);

        var listed = await consumers.ListAsync(model, Cancel);
        Assert.Equal(
            [("ada", null, "report", false), ("shop", "sales", "ranking", true)],
            listed.Select(c => (c.Consumer.Id, c.Consumer.Team, c.Purpose, c.IsActuating))
        );
        var events = await provider.ReadSettledAsync(new() { Subject = model }, Cancel);
        Assert.Equal(
            ["service:shop False", "service:shop True", "person:ada False"],
            events.Select(e => $"{e.Payload.GetProperty("consumer").GetString()} {e.Payload.GetProperty("actuating").GetBoolean()}")
        );
        Assert.All(events, e => Assert.Equal(EventTypes.ConsumerDeclared, e.Type));
    }
}
