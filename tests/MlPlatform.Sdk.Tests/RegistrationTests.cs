using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Core;
using MlPlatform.Storage.Sqlite;

namespace MlPlatform.Sdk.Tests;

public sealed class RegistrationTests
{
    [Fact]
    public void Adding_twice_adds_once()
    {
        var services = new ServiceCollection();
        services.AddMlPlatform();
        var count = services.Count;
        services.AddMlPlatform();
        Assert.Equal(count, services.Count);
    }

    [Fact]
    public void Database_chosen_before_is_kept()
    {
        var services = new ServiceCollection();
        services.AddMlPlatformCore().UseSqlite(o => o.MaxGroupSize = 7);
        services.AddMlPlatform();
        using var provider = services.BuildServiceProvider();
        Assert.Equal(7, provider.GetRequiredService<Microsoft.Extensions.Options.IOptions<SqliteOptions>>().Value.MaxGroupSize);
    }

    [Fact]
    public async Task Root_starts_and_stops_without_a_host()
    {
        var folder = Directory.CreateTempSubdirectory("mlplatform-").FullName;
        try
        {
            var services = new ServiceCollection();
            services.AddMlPlatform(o => o.DataDirectory = folder).UseTestDatabase(folder);
            await using var provider = services.BuildServiceProvider();
            var platform = provider.GetRequiredService<IMlPlatform>();
            await platform.StartAsync(TestContext.Current.CancellationToken);
            await platform.StartAsync(TestContext.Current.CancellationToken);
            provider.GetRequiredService<IConsumptionRecorder>().Record(Actor.Anonymous, new(AssetKind.Model, "m", 1), "predict");
            await platform.DisposeAsync();

            // Stopping wrote what was still counted in memory.
            var events = await platform.Events.ReadAsync(
                new() { Types = [EventTypes.ConsumerSeen] },
                TestContext.Current.CancellationToken
            );
            Assert.Single(events);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
