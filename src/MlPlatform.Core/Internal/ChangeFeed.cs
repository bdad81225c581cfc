using System.Collections.Concurrent;

namespace MlPlatform.Core.Internal;

internal sealed class ChangeFeed(Clocks clocks) : IChangeFeed
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<string, Topic> topics = new(StringComparer.Ordinal);

    public long Mark(string topic) => Get(topic).Mark;

    public async Task WaitAsync(string topic, long mark, CancellationToken cancellationToken = default)
    {
        var changed = Get(topic).WhenPast(mark);
        if (changed.IsCompleted)
        {
            return;
        }

        try
        {
            await changed.WaitAsync(Poll, clocks.Work, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Another process may have written: the poll is what guarantees that its change is seen.
        }
    }

    public void Publish(string topic) => Get(topic).Move();

    private Topic Get(string topic) => topics.GetOrAdd(topic, static _ => new());

    private sealed class Topic
    {
        private readonly Lock gate = new();
        private long mark;
        private TaskCompletionSource next = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public long Mark => Volatile.Read(ref mark);

        public Task WhenPast(long seen)
        {
            lock (gate)
            {
                return mark > seen ? Task.CompletedTask : next.Task;
            }
        }

        public void Move()
        {
            TaskCompletionSource completed;
            lock (gate)
            {
                mark++;
                completed = next;
                next = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            completed.SetResult();
        }
    }
}
