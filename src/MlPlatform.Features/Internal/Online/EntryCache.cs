using System.Collections.Concurrent;

namespace MlPlatform.Features.Internal;

/// <summary>Decoded entries of one storage, bounded by bytes: when the young half is full, the old half goes; what is read moves up again.</summary>
/// <remarks>
/// A hit in the young half takes no lock. All else does: a reader that moves an entry up must neither put it over a newer one nor bring it back
/// after <see cref="Clear"/>, since nothing would ever find out that it is old.
/// </remarks>
internal sealed class EntryCache(long limit)
{
    private readonly Lock gate = new();
    private volatile Generation young = new();
    private Generation old = new();

    public OnlineEntry? Find(ReadOnlySpan<byte> key)
    {
        if (young.Lookup.TryGetValue(key, out var found))
        {
            return found;
        }

        lock (gate)
        {
            if (!young.Lookup.TryGetValue(key, out found) && old.Lookup.TryGetValue(key, out found))
            {
                Put(key.ToArray(), found);
            }

            return found;
        }
    }

    public void Set(byte[] key, OnlineEntry entry)
    {
        lock (gate)
        {
            Put(key, entry);
        }
    }

    public void Clear()
    {
        lock (gate)
        {
            old = new();
            young = new();
        }
    }

    private void Put(byte[] key, OnlineEntry entry)
    {
        young.Entries[key] = entry;
        if ((young.Bytes += key.Length + entry.Size) > limit / 2)
        {
            old = young;
            young = new();
        }
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
