using System.Numerics;

namespace MlPlatform.Core;

/// <summary>Counts of values between fixed edges, with missing, infinite and out-of-range values counted apart.</summary>
/// <remarks>
/// Bins are right-closed and the outer ones open: bin(x) is the number of edges below x. A value below <c>minimum</c> or above <c>maximum</c> is
/// counted in its outer bin and, besides, in <see cref="Below"/> or <see cref="Above"/>. Counts merge exactly. Not thread-safe.
/// </remarks>
public sealed class EdgeCounts
{
    private readonly double[] edges;
    private readonly double[] padded;
    private readonly long[] counts;
    private readonly double minimum;
    private readonly double maximum;

    /// <summary>Makes empty counts.</summary>
    /// <param name="edges">Strictly ascending and finite; may be empty.</param>
    /// <param name="minimum">Values under it are out of range. Default: none.</param>
    /// <param name="maximum">Values over it are out of range. Default: none.</param>
    /// <exception cref="ArgumentException">The edges are not ascending and finite.</exception>
    public EdgeCounts(ReadOnlySpan<double> edges, double minimum = double.NegativeInfinity, double maximum = double.PositiveInfinity)
    {
        for (var i = 0; i < edges.Length; i++)
        {
            if (!double.IsFinite(edges[i]) || (i > 0 && !(edges[i] > edges[i - 1])))
            {
                throw new ArgumentException("Edges must be finite and strictly ascending.", nameof(edges));
            }
        }

        this.edges = edges.ToArray();
        this.minimum = minimum;
        this.maximum = maximum;
        counts = new long[edges.Length + 1];
        var width = Vector<double>.Count;
        padded = new double[(edges.Length + width - 1) / width * width];
        padded.AsSpan().Fill(double.PositiveInfinity);
        edges.CopyTo(padded);
    }

    /// <summary>The edges.</summary>
    public ReadOnlySpan<double> Edges => edges;

    /// <summary>Counts of finite values by bin, one more than edges.</summary>
    public ReadOnlySpan<long> Counts => counts;

    /// <summary>Finite values.</summary>
    public long Finite { get; private set; }

    /// <summary>NaN values.</summary>
    public long Missing { get; private set; }

    /// <summary>Infinite values.</summary>
    public long Infinite { get; private set; }

    /// <summary>Finite values under the minimum.</summary>
    public long Below { get; private set; }

    /// <summary>Finite values over the maximum.</summary>
    public long Above { get; private set; }

    /// <summary>All values.</summary>
    public long Total => Finite + Missing + Infinite;

    /// <summary>Adds a value.</summary>
    public void Add(double value)
    {
        if (!double.IsFinite(value))
        {
            if (double.IsNaN(value))
            {
                Missing++;
            }
            else
            {
                Infinite++;
            }

            return;
        }

        Finite++;
        Below += value < minimum ? 1 : 0;
        Above += value > maximum ? 1 : 0;
        counts[BinOf(value)]++;
    }

    /// <summary>Adds everything that another one has counted.</summary>
    /// <exception cref="ArgumentException">The edges differ.</exception>
    public void Merge(EdgeCounts other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (!edges.AsSpan().SequenceEqual(other.edges))
        {
            throw new ArgumentException("Counts merge only over the same edges.", nameof(other));
        }

        for (var i = 0; i < counts.Length; i++)
        {
            counts[i] += other.counts[i];
        }

        Finite += other.Finite;
        Missing += other.Missing;
        Infinite += other.Infinite;
        Below += other.Below;
        Above += other.Above;
    }

    /// <summary>Writes the counts, without the edges.</summary>
    public void Write(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write7BitEncodedInt(counts.Length);
        foreach (var count in counts)
        {
            writer.Write7BitEncodedInt64(count);
        }

        writer.Write7BitEncodedInt64(Missing);
        writer.Write7BitEncodedInt64(Infinite);
        writer.Write7BitEncodedInt64(Below);
        writer.Write7BitEncodedInt64(Above);
    }

    /// <summary>Reads counts that <see cref="Write"/> wrote and adds them.</summary>
    /// <exception cref="InvalidDataException">They were counted over another number of edges.</exception>
    public void MergeFrom(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var length = reader.Read7BitEncodedInt();
        if (length != counts.Length)
        {
            throw new InvalidDataException($"Counts of {length} bins cannot be read into {counts.Length}.");
        }

        for (var i = 0; i < counts.Length; i++)
        {
            var count = reader.Read7BitEncodedInt64();
            counts[i] += count;
            Finite += count;
        }

        Missing += reader.Read7BitEncodedInt64();
        Infinite += reader.Read7BitEncodedInt64();
        Below += reader.Read7BitEncodedInt64();
        Above += reader.Read7BitEncodedInt64();
    }

    private int BinOf(double value)
    {
        // Comparing with all of up to 64 edges is several times faster than a binary search, which mispredicts.
        var x = new Vector<double>(value);
        var below = Vector<long>.Zero;
        for (var i = 0; i < padded.Length; i += Vector<double>.Count)
        {
            below -= Vector.LessThan(new Vector<double>(padded, i), x);
        }

        return (int)Vector.Sum(below);
    }
}
