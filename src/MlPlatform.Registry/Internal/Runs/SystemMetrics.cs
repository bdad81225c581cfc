using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

/// <summary>Measures this process while a run is written, and once more when it ends.</summary>
/// <remarks>The use of processors is over the span since the measurement before, as a share of all processors of the machine.</remarks>
internal sealed class SystemMetrics : IAsyncDisposable
{
    public const string Processors = "system/process_cpu_utilization_percentage";
    public const string Memory = "system/process_memory_usage_megabytes";
    public const string ManagedMemory = "system/process_managed_memory_megabytes";
    public const string MachineMemory = "system/system_memory_usage_percentage";

    private const double Megabyte = 1024 * 1024;

    private readonly Func<LoggedMetric, ValueTask> log;
    private readonly Clocks clocks;
    private readonly CancellationTokenSource stop = new();
    private readonly Task loop;
    private TimeSpan usedBefore = Environment.CpuUsage.TotalTime;
    private long measuredAt;
    private long step;

    public SystemMetrics(Func<LoggedMetric, ValueTask> log, TimeSpan interval, Clocks clocks)
    {
        this.log = log;
        this.clocks = clocks;
        measuredAt = clocks.Work.GetTimestamp();
        loop = RunAsync(new PeriodicTimer(interval, clocks.Work));
    }

    public async ValueTask DisposeAsync()
    {
        if (stop.IsCancellationRequested)
        {
            return;
        }

        await stop.CancelAsync().ConfigureAwait(false);
        await loop.ConfigureAwait(false);
        stop.Dispose();
    }

    private async Task RunAsync(PeriodicTimer timer)
    {
        try
        {
            while (await timer.WaitForNextTickAsync(stop.Token).ConfigureAwait(false))
            {
                await MeasureAsync().ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            await TryMeasureLastAsync().ConfigureAwait(false);
        }
        catch (MlPlatformException)
        {
            // The run's metrics cannot be written; whoever logs or ends it is told.
        }
        finally
        {
            timer.Dispose();
        }
    }

    private async Task TryMeasureLastAsync()
    {
        try
        {
            await MeasureAsync().ConfigureAwait(false);
        }
        catch (MlPlatformException)
        {
            // As above.
        }
    }

    private async Task MeasureAsync()
    {
        var elapsed = clocks.Work.GetElapsedTime(measuredAt);
        measuredAt = clocks.Work.GetTimestamp();
        var used = Environment.CpuUsage.TotalTime;
        if (elapsed > TimeSpan.Zero)
        {
            await LogAsync(Processors, 100 * ((used - usedBefore) / elapsed) / Environment.ProcessorCount).ConfigureAwait(false);
        }

        usedBefore = used;
        await LogAsync(Memory, Environment.WorkingSet / Megabyte).ConfigureAwait(false);
        await LogAsync(ManagedMemory, GC.GetTotalMemory(forceFullCollection: false) / Megabyte).ConfigureAwait(false);
        if (GC.GetGCMemoryInfo() is { TotalAvailableMemoryBytes: > 0, MemoryLoadBytes: > 0 } machine) // Known after the first collection.
        {
            await LogAsync(MachineMemory, 100.0 * machine.MemoryLoadBytes / machine.TotalAvailableMemoryBytes).ConfigureAwait(false);
        }

        step++;
    }

    private ValueTask LogAsync(string key, double value) => log(new(key, value, step, clocks.Platform.NowMicros()));
}
