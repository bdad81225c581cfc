using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using MlPlatform.Core.Internal;

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

    [Fact]
    public async Task What_is_to_be_stored_has_some_seconds_more_than_the_host_waits()
    {
        var clock = new FakeTimeProvider();
        var service = new Service { EndsWithToken = true };
        await using var provider = Build(clock, service);
        var lifetime = provider.GetRequiredService<IPlatformLifetime>();
        await lifetime.StartAsync(TestContext.Current.CancellationToken);
        var stopped = lifetime.StopAsync(new(canceled: true));
        await service.Stopping.Task;
        Assert.False(stopped.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(5));
        var thrown = await Assert.ThrowsAsync<MlPlatformException>(() => stopped);
        Assert.Contains("did not stop cleanly", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_ends_though_a_part_could_not_be_stopped()
    {
        var service = new Service { StopFails = true };
        await using var provider = Build(service);
        var hosted = provider.GetServices<IHostedService>().OfType<PlatformHostedService>().Single();
        await hosted.StartAsync(TestContext.Current.CancellationToken);
        await hosted.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, service.Stopped);
    }

    private ServiceProvider Build(params Service[] services) => Build(TimeProvider.System, services);

    private ServiceProvider Build(TimeProvider clock, params Service[] services)
    {
        var collection = new ServiceCollection();
        collection.AddLogging();
        collection.AddKeyedSingleton(Clocks.WorkKey, clock);
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

        public bool StopFails { get; init; }

        public bool EndsWithToken { get; init; }

        public TaskCompletionSource Stopping { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Started { get; private set; }

        public int Stopped { get; private set; }

        public Task StartAsync(CancellationToken cancellationToken)
        {
            Started++;
            return Fails ? Task.FromException(new FormatException()) : Task.CompletedTask;
        }

        public async Task StopAsync(CancellationToken cancellationToken)
        {
            Stopped++;
            Stopping.TrySetResult();
            if (EndsWithToken)
            {
                await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
            }

            if (StopFails)
            {
                throw new FormatException();
            }
        }
    }
}
