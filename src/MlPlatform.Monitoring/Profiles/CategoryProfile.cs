namespace MlPlatform.Monitoring;

/// <summary>What a categorical column looked like at training: its most frequent categories by name, others by hash.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
public sealed class CategoryProfile
{
    private readonly HashSet<ulong> tail;

    internal CategoryProfile(
        string name,
        IReadOnlyList<CategoryShare> top,
        IEnumerable<ulong> tail,
        bool complete,
        long other,
        long missing,
        long singletons
    )
    {
        Name = name;
        Top = top;
        this.tail = [.. tail];
        Complete = complete;
        Other = other;
        Missing = missing;
        Singletons = singletons;
    }

    /// <summary>The column's name.</summary>
    public string Name { get; }

    /// <summary>The most frequent categories, at most 128, most frequent first.</summary>
    public IReadOnlyList<CategoryShare> Top { get; }

    /// <summary>Values of categories outside <see cref="Top"/>.</summary>
    public long Other { get; }

    /// <summary>Missing values.</summary>
    public long Missing { get; }

    /// <summary>Categories that occurred once. Their share estimates how often a category that training has not seen comes up (Good and Turing).</summary>
    public long Singletons { get; }

    /// <summary>Values that are not missing.</summary>
    public long Present => Top.Sum(c => c.Count) + Other;

    /// <summary>Whether every category of the training data is known. Else the vocabulary is open, and unseen categories are not told from rare ones.</summary>
    public bool Complete { get; }

    /// <summary>Whether the training data had this category; always true when the vocabulary is open.</summary>
    public bool Knows(ulong hash) => !Complete || tail.Contains(hash) || Top.Any(c => c.Hash == hash);

    internal void Write(BinaryWriter writer)
    {
        writer.Write(Name);
        writer.Write7BitEncodedInt(Top.Count);
        foreach (var category in Top)
        {
            writer.Write(category.Name);
            writer.Write7BitEncodedInt64(category.Count);
        }

        writer.Write7BitEncodedInt(tail.Count);
        foreach (var hash in tail.Order())
        {
            writer.Write(hash);
        }

        writer.Write(Complete);
        writer.Write7BitEncodedInt64(Other);
        writer.Write7BitEncodedInt64(Missing);
        writer.Write7BitEncodedInt64(Singletons);
    }

    internal static CategoryProfile Read(BinaryReader reader)
    {
        var name = reader.ReadString();
        var top = new CategoryShare[reader.ReadCount(2)];
        for (var i = 0; i < top.Length; i++)
        {
            var category = reader.ReadString();
            top[i] = new(category, CategoryHash.Of(category), reader.Read7BitEncodedInt64());
        }

        var tail = new ulong[reader.ReadCount(sizeof(ulong))];
        for (var i = 0; i < tail.Length; i++)
        {
            tail[i] = reader.ReadUInt64();
        }

        return new(
            name,
            top,
            tail,
            reader.ReadBoolean(),
            reader.Read7BitEncodedInt64(),
            reader.Read7BitEncodedInt64(),
            reader.Read7BitEncodedInt64()
        );
    }
}
