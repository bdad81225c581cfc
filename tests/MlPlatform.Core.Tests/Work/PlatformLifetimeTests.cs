using Microsoft.Extensions.DependencyInjection;

namespace MlPlatform.Core.Tests;

public sealed class PlatformLifetimeTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("mlplatform-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public async Task Failed_start_stops_what_had_started_and_is_not_taken_for_a_start()
    {
        var good = new Service();
        await using var provider = Build(good, new Service { Fails = true });
        var lifetime = provider.GetRequiredService<IPlatformLifetime>();

        await Assert.ThrowsAsync<FormatException>(() => lifetime.StartAsync(TestContext.Current.CancellationToken));

        Assert.Equal((1, 1), (good.Started, good.Stopped));
        await Assert.ThrowsAsync<InvalidOperationException>(() => lifetime.StartAsync(TestContext.Current.CancellationToken));
        Assert.Equal((1, 1), (good.Started, good.Stopped));
    }

    [Fact]
    public async Task Stopped_platform_says_that_it_cannot_be_started_again()
    {
        var service = new Service();
        await using var provider = Build(service);
        var lifetime = provider.GetRequiredService<IPlatformLifetime>();
        await lifetime.StopAsync(TestContext.Current.CancellationToken); // Nothing runs yet, so nothing is ended.
        await lifetime.StartAsync(TestContext.Current.CancellationToken);
        await lifetime.StartAsync(TestContext.Current.CancellationToken);
        await lifetime.StopAsync(TestContext.Current.CancellationToken);

        await Assert.ThrowsAsync<InvalidOperationException>(() => lifetime.StartAsync(TestContext.Current.CancellationToken));

        Assert.Equal((1, 1), (service.Started, service.Stopped));
    }

    private ServiceProvider Build(params Service[] services)
    {
        var collection = new ServiceCollection();
        collection.AddMlPlatformCore(o => o.DataDirectory = root).UseTestDatabase(root);
        foreach (var service in services)
        {
            collection.AddSingleton<IPlatformService>(service);
        }

        return collection.BuildServiceProvider();
    }

    private sealed class Service : IPlatformService
    {
        public bool Fails { get; init; }

        public int Started { get; private set; }

        public int Stopped { get; private set; }

        public Task StartAsync(CancellationToken cancellationToken)
        {
            Started++;
            return Fails ? Task.FromException(new FormatException()) : Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken)
        {
            Stopped++;
            return Task.CompletedTask;
        }
    }
}
