namespace MlPlatform.Monitoring;

/// <summary>What a numeric column, or the scores, looked like at training.</summary>
/// <remarks>Immutable and thread-safe once built.</remarks>
public sealed class NumericProfile
{
    private readonly EdgeCounts counts;
    private readonly int[] groupEnds;

    internal NumericProfile(string name, EdgeCounts counts, MomentsSketch moments, int[] groupEnds)
    {
        Name = name;
        this.counts = counts;
        Moments = moments;
        this.groupEnds = groupEnds;
    }

    /// <summary>The column's name.</summary>
    public string Name { get; }

    /// <summary>Count, mean, variance and range of the finite values.</summary>
    public MomentsSketch Moments { get; }

    /// <summary>Finite values.</summary>
    public long Finite => counts.Finite;

    /// <summary>Missing values.</summary>
    public long Missing => counts.Missing;

    /// <summary>Infinite values.</summary>
    public long Infinite => counts.Infinite;

    /// <summary>At most 64 edges for a column (right-closed bins), 99 for scores.</summary>
    public ReadOnlySpan<double> Edges => counts.Edges;

    /// <summary>Counts by bin, one more than edges.</summary>
    public ReadOnlySpan<long> Counts => counts.Counts;

    /// <summary>How many coarse bins, about deciles, the population stability index is taken over.</summary>
    public int Groups => groupEnds.Length;

    /// <summary>Makes empty counts over the same edges.</summary>
    public EdgeCounts NewCounts() => Moments.Count == 0 ? new(Edges) : new(Edges, Moments.Minimum, Moments.Maximum);

    /// <summary>Sums counts of the fine bins into the coarse ones.</summary>
    /// <exception cref="ArgumentException">The number of counts is not that of the fine bins.</exception>
    public long[] ToGroups(ReadOnlySpan<long> fine)
    {
        if (fine.Length != counts.Counts.Length)
        {
            throw new ArgumentException($"{counts.Counts.Length} counts were expected, not {fine.Length}.", nameof(fine));
        }

        var groups = new long[groupEnds.Length];
        var bin = 0;
        for (var g = 0; g < groups.Length; g++)
        {
            for (; bin < groupEnds[g]; bin++)
            {
                groups[g] += fine[bin];
            }
        }

        return groups;
    }

    internal void Write(BinaryWriter writer)
    {
        writer.Write(Name);
        writer.Write7BitEncodedInt(Edges.Length);
        foreach (var edge in Edges)
        {
            writer.Write(edge);
        }

        Moments.Write(writer);
        counts.Write(writer);
        writer.Write7BitEncodedInt(groupEnds.Length);
        foreach (var end in groupEnds)
        {
            writer.Write7BitEncodedInt(end);
        }
    }

    internal static NumericProfile Read(BinaryReader reader)
    {
        var name = reader.ReadString();
        var edges = new double[reader.ReadCount(sizeof(double))];
        for (var i = 0; i < edges.Length; i++)
        {
            edges[i] = reader.ReadDouble();
        }

        var moments = MomentsSketch.Read(reader);
        var counts = new EdgeCounts(edges);
        counts.MergeFrom(reader);
        var ends = new int[reader.ReadCount(1)];
        for (var i = 0; i < ends.Length; i++)
        {
            ends[i] = reader.Read7BitEncodedInt();
        }

        if (ends.Length == 0 || ends[^1] != counts.Counts.Length || ends.Zip(ends.Skip(1)).Any(e => e.First >= e.Second))
        {
            throw new InvalidDataException($"The groups of column '{name}' do not cover its bins.");
        }

        return new(name, counts, moments, ends);
    }
}
