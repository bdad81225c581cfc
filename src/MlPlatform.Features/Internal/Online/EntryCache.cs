using System.Collections.Concurrent;

namespace MlPlatform.Features.Internal;

/// <summary>Decoded entries of one storage, bounded by bytes: when the young half is full, the old half goes; what is read moves up again.</summary>
internal sealed class EntryCache(long limit)
{
    private volatile Generation young = new();
    private volatile Generation old = new();

    public OnlineEntry? Find(ReadOnlySpan<byte> key)
    {
        if (young.Lookup.TryGetValue(key, out var found))
        {
            return found;
        }

        if (old.Lookup.TryGetValue(key, out found))
        {
            Set(key.ToArray(), found);
        }

        return found;
    }

    public void Set(byte[] key, OnlineEntry entry)
    {
        var target = young;
        target.Entries[key] = entry;
        if (Interlocked.Add(ref target.Bytes, key.Length + entry.Size) > limit / 2)
        {
            old = target;
            young = new();
        }
    }

    public void Clear()
    {
        old = new();
        young = new();
    }

    private sealed class Generation
    {
        public Generation()
        {
            Entries = new(KeyComparer.Instance);
            Lookup = Entries.GetAlternateLookup<ReadOnlySpan<byte>>();
        }

        public ConcurrentDictionary<byte[], OnlineEntry> Entries { get; }

        public ConcurrentDictionary<byte[], OnlineEntry>.AlternateLookup<ReadOnlySpan<byte>> Lookup { get; }

        public long Bytes;
    }
}
