using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using MlPlatform.Core;
using MlPlatform.Registry.Internal;

namespace MlPlatform.Registry.Tests;

public sealed class MetricBufferTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_failed_write_surfaces_at_flush_at_the_next_point_and_at_the_end()
    {
        var cause = new IOException("disk full");
        var buffer = new MetricBuffer(_ => Task.FromException(cause), new(), new FakeTimeProvider());
        Assert.True(buffer.TryAdd(Point(1)));

        var flush = await Assert.ThrowsAsync<MlPlatformException>(() => buffer.FlushAsync(Cancel));
        Assert.Same(cause, flush.InnerException);
        Assert.Throws<MlPlatformException>(() => buffer.TryAdd(Point(2)));
        await Assert.ThrowsAsync<MlPlatformException>(() => buffer.FlushAsync(Cancel));
        await Assert.ThrowsAsync<MlPlatformException>(buffer.CompleteAsync);
    }

    [Fact]
    public async Task A_database_that_is_away_is_waited_for_with_the_same_points()
    {
        Exception[] away =
        [
            new DatabaseBusyException("metadata", TimeSpan.FromSeconds(10), new IOException()),
            new StorageUnavailableException("db", "it is away", new IOException()),
            new CommitOutcomeUnknownException("metadata", new IOException()),
        ];
        var attempts = new List<long[]>();
        var clock = new FakeTimeProvider();
        var buffer = new MetricBuffer(
            points =>
            {
                attempts.Add([.. points.Select(p => p.Step)]);
                return attempts.Count <= away.Length ? Task.FromException(away[attempts.Count - 1]) : Task.CompletedTask;
            },
            new() { MetricRetryTime = TimeSpan.FromDays(1) }, // The test's clock runs away from the writer.
            clock
        );
        Assert.True(buffer.TryAdd(Point(1)) && buffer.TryAdd(Point(2)));

        var flush = buffer.FlushAsync(Cancel);
        await AdvanceUntilAsync(flush, clock);

        Assert.Equal(4, attempts.Count);
        Assert.All(attempts, a => Assert.Equal([1L, 2], a));
        await buffer.CompleteAsync();
    }

    [Fact]
    public async Task A_database_that_stays_away_breaks_the_buffer_in_the_end()
    {
        var cause = new StorageUnavailableException("db", "it is away", new IOException());
        var clock = new FakeTimeProvider();
        var buffer = new MetricBuffer(_ => Task.FromException(cause), new() { MetricRetryTime = TimeSpan.FromSeconds(20) }, clock);
        Assert.True(buffer.TryAdd(Point(1)));

        var flush = buffer.FlushAsync(Cancel);
        await AdvanceUntilAsync(flush.ContinueWith(_ => { }, TaskScheduler.Default), clock);

        Assert.Same(cause, (await Assert.ThrowsAsync<MlPlatformException>(() => flush)).InnerException);
    }

    private static async Task AdvanceUntilAsync(Task done, FakeTimeProvider clock)
    {
        while (!done.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
    }

    [Fact]
    public async Task A_full_buffer_holds_the_caller_back_until_the_writer_has_room()
    {
        using var gate = new SemaphoreSlim(0);
        var written = new List<long>();
        var buffer = new MetricBuffer(
            async points =>
            {
                await gate.WaitAsync(Cancel);
                written.AddRange(points.Select(p => p.Step));
            },
            new() { MetricBufferSize = 2, MetricBatchSize = 1 },
            new FakeTimeProvider()
        );
        await buffer.AddAsync(Point(0), Cancel);
        var step = 1L;
        ValueTask blocked;
        do
        {
            blocked = buffer.AddAsync(Point(step++), Cancel);
        } while (blocked.IsCompletedSuccessfully && step < 100);

        Assert.InRange(step, 3, 5); // Two in the buffer, at most one with the writer, one that waits.
        Assert.False(buffer.TryAdd(Point(1000)));
        gate.Release(100);
        await blocked;
        await buffer.CompleteAsync();
        Assert.Equal(Enumerable.Range(0, (int)step).Select(i => (long)i), written);
    }

    [Theory]
    [InlineData(nameof(RegistryOptions.MetricBufferSize))]
    [InlineData(nameof(RegistryOptions.MetricBatchSize))]
    [InlineData(nameof(RegistryOptions.MetricFlushInterval))]
    public void An_option_out_of_range_is_named_by_its_configuration_path(string option)
    {
        var services = new ServiceCollection();
        services
            .AddMlPlatformCore()
            .AddRegistry(o =>
            {
                o.MetricBufferSize = option == nameof(o.MetricBufferSize) ? 0 : 10;
                o.MetricBatchSize = option == nameof(o.MetricBatchSize) ? 0 : 10;
                o.MetricFlushInterval = option == nameof(o.MetricFlushInterval) ? TimeSpan.Zero : TimeSpan.FromSeconds(1);
            });
        using var provider = services.BuildServiceProvider();

        var error = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IOptions<RegistryOptions>>().Value);
        Assert.Contains($"MlPlatform:Registry:{option}", Assert.Single(error.Failures), StringComparison.Ordinal);
    }

    private static LoggedMetric Point(long step) => new("m", 1, step, 0);
}
