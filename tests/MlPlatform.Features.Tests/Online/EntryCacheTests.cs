using MlPlatform.Features.Internal;

namespace MlPlatform.Features.Tests;

public sealed class EntryCacheTests
{
    private const int EntrySize = 100;

    [Fact]
    public async Task Reader_that_moves_an_entry_up_never_hides_a_newer_one()
    {
        var cache = new EntryCache(6 * EntrySize);
        byte[] key = [1];
        var stop = false;
        var readers = Enumerable.Range(0, 2).Select(_ => Task.Run(Read, TestContext.Current.CancellationToken)).ToArray();
        var stale = 0;
        for (var number = 1; number <= 100_000; number++)
        {
            cache.Set(key, new Entry(number));
            stale += cache.Find(key) is Entry found && found.Number != number ? 1 : 0;
            cache.Set([2, (byte)number], new Entry(0)); // Makes the key's half old now and then.
            stale += cache.Find(key) is Entry later && later.Number != number ? 1 : 0;
        }

        Volatile.Write(ref stop, true);
        await Task.WhenAll(readers);
        Assert.Equal(0, stale);

        void Read()
        {
            while (!Volatile.Read(ref stop))
            {
                cache.Find(key);
            }
        }
    }

    [Fact]
    public async Task Reader_that_moves_an_entry_up_does_not_bring_it_back_after_a_clear()
    {
        var cache = new EntryCache(6 * EntrySize);
        byte[] key = [1];
        var stop = false;
        var reader = Task.Run(Read, TestContext.Current.CancellationToken);
        var back = 0;
        for (var number = 1; number <= 100_000; number++)
        {
            cache.Set(key, new Entry(number));
            cache.Set([2, (byte)number], new Entry(0));
            cache.Set([3, (byte)number], new Entry(0));
            cache.Clear();
            back += cache.Find(key) is null ? 0 : 1;
        }

        Volatile.Write(ref stop, true);
        await reader;
        Assert.Equal(0, back);

        void Read()
        {
            while (!Volatile.Read(ref stop))
            {
                cache.Find(key);
            }
        }
    }

    private sealed class Entry(int number) : OnlineEntry
    {
        public int Number => number;

        public override int Size => EntrySize;

        public override bool Read(long now, FeatureValue[] row, out long eventMicros)
        {
            eventMicros = 0;
            return false;
        }
    }
}
