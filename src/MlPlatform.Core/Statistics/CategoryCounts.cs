namespace MlPlatform.Core;

/// <summary>Counts of categories by <see cref="CategoryHash"/>, of a bounded number of them; the rest are counted together.</summary>
/// <remarks>Exact as long as no more than the capacity occur. Tracked categories always keep their own count. Not thread-safe.</remarks>
public sealed class CategoryCounts
{
    private readonly Dictionary<ulong, long> counts;
    private readonly HashSet<ulong> tracked;

    /// <summary>Makes empty counts.</summary>
    /// <param name="capacity">How many categories beyond the tracked ones are counted one by one.</param>
    /// <param name="tracked">Categories that always keep their own count.</param>
    public CategoryCounts(int capacity = 128, IEnumerable<ulong>? tracked = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        this.tracked = [.. tracked ?? []];
        Capacity = capacity;
        counts = this.tracked.ToDictionary(h => h, _ => 0L);
    }

    /// <summary>How many categories beyond the tracked ones are counted one by one.</summary>
    public int Capacity { get; }

    /// <summary>Values of categories that found no room.</summary>
    public long Other { get; private set; }

    /// <summary>Missing values.</summary>
    public long Missing { get; private set; }

    /// <summary>All values.</summary>
    public long Total { get; private set; }

    /// <summary>The categories that have a count, by hash; tracked ones may have 0.</summary>
    public IReadOnlyDictionary<ulong, long> Counts => counts;

    /// <summary>Adds a value; 0 is missing.</summary>
    public void Add(ulong category, long count = 1)
    {
        Total += count;
        if (category == 0)
        {
            Missing += count;
            return;
        }

        ref var slot = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrNullRef(counts, category);
        if (!System.Runtime.CompilerServices.Unsafe.IsNullRef(ref slot))
        {
            slot += count;
        }
        else if (counts.Count < tracked.Count + Capacity)
        {
            counts.Add(category, count);
        }
        else
        {
            Other += count;
        }
    }

    /// <summary>Adds everything that another one has counted; its largest categories find room first.</summary>
    public void Merge(CategoryCounts other)
    {
        ArgumentNullException.ThrowIfNull(other);
        foreach (var (category, count) in Ordered(other.counts))
        {
            Add(category, count);
        }

        Other += other.Other;
        Missing += other.Missing;
        Total += other.Other + other.Missing;
    }

    /// <summary>Writes the counts; the same counts give the same bytes.</summary>
    public void Write(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        var present = Ordered(counts).Where(p => p.Value > 0).ToArray();
        writer.Write7BitEncodedInt(present.Length);
        foreach (var (category, count) in present)
        {
            writer.Write(category);
            writer.Write7BitEncodedInt64(count);
        }

        writer.Write7BitEncodedInt64(Other);
        writer.Write7BitEncodedInt64(Missing);
    }

    /// <summary>Reads counts that <see cref="Write"/> wrote and adds them.</summary>
    public void MergeFrom(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        for (var left = reader.Read7BitEncodedInt(); left > 0; left--)
        {
            var category = reader.ReadUInt64();
            Add(category, reader.Read7BitEncodedInt64());
        }

        var other = reader.Read7BitEncodedInt64();
        var missing = reader.Read7BitEncodedInt64();
        Other += other;
        Missing += missing;
        Total += other + missing;
    }

    private static IEnumerable<KeyValuePair<ulong, long>> Ordered(Dictionary<ulong, long> counts) =>
        counts.OrderByDescending(p => p.Value).ThenBy(p => p.Key);
}
