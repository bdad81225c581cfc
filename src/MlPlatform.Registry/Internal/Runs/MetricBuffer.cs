using System.Threading.Channels;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

/// <summary>A run's bounded, ordered buffer of metric points and the loop that writes it.</summary>
/// <remarks>
/// A full batch or an old one is written; a mark in the queue writes at once and then completes. A batch that meets a database that is busy, away or
/// silent about a commit is tried again for a time, which is harmless since points are a set; meanwhile the buffer fills, and then holds the loggers back.
/// After that, or after any other failure, the buffer is broken, and each later call says why.
/// </remarks>
internal sealed class MetricBuffer
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(2);

    private readonly Channel<LoggedMetric> queue;
    private readonly Func<IReadOnlyList<LoggedMetric>, Task> write;
    private readonly RegistryOptions options;
    private readonly TimeProvider work;
    private readonly Task loop;
    private volatile Exception? failure;

    public MetricBuffer(Func<IReadOnlyList<LoggedMetric>, Task> write, RegistryOptions options, TimeProvider work)
    {
        this.write = write;
        this.options = options;
        this.work = work;
        queue = Channel.CreateBounded<LoggedMetric>(new BoundedChannelOptions(options.MetricBufferSize) { SingleReader = true });
        loop = Task.Run(RunAsync, CancellationToken.None);
    }

    public bool TryAdd(in LoggedMetric point)
    {
        ThrowIfBroken();
        return queue.Writer.TryWrite(point);
    }

    public async ValueTask AddAsync(LoggedMetric point, CancellationToken cancellationToken)
    {
        ThrowIfBroken();
        try
        {
            await queue.Writer.WriteAsync(point, cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            ThrowIfBroken();
            throw new InvalidOperationException("The run has ended.");
        }
    }

    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        var mark = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await AddAsync(new(string.Empty, 0, 0, 0, mark), cancellationToken).ConfigureAwait(false);
        await mark.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes what is left and stops. Calling it again is harmless.</summary>
    public async Task CompleteAsync()
    {
        queue.Writer.TryComplete();
        await loop.ConfigureAwait(false);
        ThrowIfBroken();
    }

    private async Task RunAsync()
    {
        var batch = new List<LoggedMetric>(options.MetricBatchSize);
        while (await queue.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            var mark = await FillAsync(batch).ConfigureAwait(false);
            try
            {
                await WriteAsync(batch).ConfigureAwait(false);
                batch.Clear();
                mark?.SetResult();
            }
            catch (Exception e)
            {
                Break(e, mark);
            }
        }
    }

    /// <summary>Takes points until the batch is full, old or marked.</summary>
    private async Task<TaskCompletionSource?> FillAsync(List<LoggedMetric> batch)
    {
        using var age = new CancellationTokenSource(options.MetricFlushInterval, work);
        while (batch.Count < options.MetricBatchSize)
        {
            if (queue.Reader.TryRead(out var item))
            {
                if (item.Mark is not null)
                {
                    return item.Mark;
                }

                batch.Add(item);
                continue;
            }

            try
            {
                if (!await queue.Reader.WaitToReadAsync(age.Token).ConfigureAwait(false))
                {
                    return null;
                }
            }
            catch (OperationCanceledException)
            {
                return null;
            }
        }

        return null;
    }

    private async Task WriteAsync(List<LoggedMetric> batch)
    {
        if (batch.Count == 0)
        {
            return;
        }

        var delay = FirstDelay;
        for (var begun = work.GetTimestamp(); ; delay = delay < LongestDelay ? delay * 2 : delay)
        {
            try
            {
                await write(batch).ConfigureAwait(false);
                return;
            }
            catch (Exception e) when (IsTransient(e) && work.GetElapsedTime(begun) < options.MetricRetryTime)
            {
                await Task.Delay(delay, work).ConfigureAwait(false);
            }
        }
    }

    private static bool IsTransient(Exception e) =>
        e is DatabaseBusyException or StorageUnavailableException or CommitOutcomeUnknownException;

    private void Break(Exception exception, TaskCompletionSource? mark)
    {
        failure = exception;
        queue.Writer.TryComplete();
        mark?.SetException(Broken(exception));
        while (queue.Reader.TryRead(out var item))
        {
            item.Mark?.SetException(Broken(exception));
        }
    }

    private void ThrowIfBroken()
    {
        if (failure is { } exception)
        {
            throw Broken(exception);
        }
    }

    private static MlPlatformException Broken(Exception exception) =>
        new($"Metrics of this run could not be written and are lost from the first failure on: {exception.Message}", exception);
}
