using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Testing;

namespace MlPlatform.Core.Tests;

public sealed class RecurringWorkTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("mlplatform-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public async Task Lease_that_cannot_be_renewed_cancels_the_work_whatever_the_reason()
    {
        var platform = new ManualTimeProvider(new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var work = new ManualTimeProvider(new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var faults = new FaultInjector();
        var waiting = new WaitingWork();
        var services = new ServiceCollection();
        services
            .AddSingleton<TimeProvider>(platform)
            .AddKeyedSingleton<TimeProvider>(Clocks.WorkKey, work)
            .AddSingleton<IFaultPoints>(faults);
        services.AddSingleton<IRecurringWork>(waiting);
        services.AddMlPlatformCore(o => o.DataDirectory = root).UseTestDatabase(root);
        await using var provider = services.BuildServiceProvider();
        var runner = provider.GetRequiredService<IRecurringWorkRunner>();
        await runner.RunDueAsync(TestContext.Current.CancellationToken);
        platform.Advance(TimeSpan.FromHours(1));
        var running = runner.RunDueAsync(TestContext.Current.CancellationToken);
        await waiting.Running.Task.WaitAsync(TestContext.Current.CancellationToken);

        faults.Arm("metadata.commit"); // Not a failure that the platform itself declares.
        work.Advance(TimeSpan.FromSeconds(10));

        var thrown = await Assert.ThrowsAsync<AggregateException>(() => running);
        Assert.IsType<TaskCanceledException>(Assert.Single(thrown.InnerExceptions));
    }

    [Fact]
    public async Task Artifacts_that_nothing_references_are_swept_once_a_day_when_they_are_old_enough()
    {
        var platform = new ManualTimeProvider(new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var work = new ManualTimeProvider(new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(platform).AddKeyedSingleton<TimeProvider>(Clocks.WorkKey, work);
        services.AddMlPlatformCore(o => o.DataDirectory = root).UseTestDatabase(root);
        await using var provider = services.BuildServiceProvider();
        var artifacts = provider.GetRequiredService<IArtifactStore>();
        var runner = provider.GetRequiredService<IRecurringWorkRunner>();
        var orphan = await artifacts.PutBytesAsync(new byte[] { 1 }, TestContext.Current.CancellationToken);
        await runner.RunDueAsync(TestContext.Current.CancellationToken);

        platform.Advance(TimeSpan.FromDays(1));
        await runner.RunDueAsync(TestContext.Current.CancellationToken);
        Assert.NotNull(await artifacts.FindAsync(orphan.Digest, TestContext.Current.CancellationToken)); // A jump of platform time ages nothing.

        work.Advance(TimeSpan.FromDays(2));
        platform.Advance(TimeSpan.FromDays(1));
        await runner.RunDueAsync(TestContext.Current.CancellationToken);
        Assert.Null(await artifacts.FindAsync(orphan.Digest, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(90, 60)]
    [InlineData(-30, -60)]
    [InlineData(-60, -60)]
    public void An_interval_is_due_at_its_latest_multiple_before_the_epoch_too(int nowMinutes, int dueMinutes)
    {
        var due = RecurringSchedule
            .Every(TimeSpan.FromHours(1))
            .LatestDue(DateTimeOffset.UnixEpoch.AddDays(-1), DateTimeOffset.UnixEpoch.AddMinutes(nowMinutes));

        Assert.Equal(DateTimeOffset.UnixEpoch.AddMinutes(dueMinutes), due);
    }

    private sealed class WaitingWork : IRecurringWork
    {
        public TaskCompletionSource Running { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Name => "waiting";

        public RecurringSchedule Schedule { get; } = RecurringSchedule.Every(TimeSpan.FromHours(1));

        public Task RunAsync(DateTimeOffset due, CancellationToken cancellationToken)
        {
            Running.SetResult();
            return new TaskCompletionSource().Task.WaitAsync(cancellationToken);
        }
    }
}
