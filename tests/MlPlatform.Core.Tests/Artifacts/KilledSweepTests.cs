using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Testing;

namespace MlPlatform.Core.Tests;

public sealed class KilledSweepTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("mlplatform-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public async Task What_a_killed_sweep_took_away_though_it_was_stored_again_comes_back()
    {
        var faults = new FaultInjector();
        var work = new ManualTimeProvider(new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var services = new ServiceCollection().AddSingleton<IFaultPoints>(faults).AddKeyedSingleton<TimeProvider>(Clocks.WorkKey, work);
        services.AddMlPlatformCore(o => o.DataDirectory = root);
        await using var provider = services.BuildServiceProvider();
        var store = provider.GetRequiredService<IArtifactStore>();
        var stored = await store.PutBytesAsync(new byte[] { 1, 2, 3 }, TestContext.Current.CancellationToken);
        var cutoff = work.GetUtcNow().AddHours(-1); // It was stored since: the sweep must not take it.
        faults.Arm("artifact.trashed");
        await Assert.ThrowsAsync<InjectedFaultException>(() =>
            store.DeleteAsync(stored.Digest, cutoff, TestContext.Current.CancellationToken)
        );

        await store.DeleteIncompleteAsync(cutoff, TestContext.Current.CancellationToken);

        Assert.Equal([1, 2, 3], await store.ReadBytesAsync(stored.Digest, cancellationToken: TestContext.Current.CancellationToken));
    }
}
