namespace MlPlatform.Core;

/// <summary>Count, mean, variance and range of finite values; merges by the formula of Chan, Golub and LeVeque (1979).</summary>
/// <remarks>Numerically stable at large offsets. Not thread-safe.</remarks>
public sealed class MomentsSketch
{
    private double squares;

    /// <summary>How many values were added.</summary>
    public long Count { get; private set; }

    /// <summary>Their mean; NaN without values.</summary>
    public double Mean => Count == 0 ? double.NaN : RawMean;

    /// <summary>Their population variance; NaN without values.</summary>
    public double Variance => Count == 0 ? double.NaN : Math.Max(0, squares / Count);

    /// <summary>The smallest; +infinity without values.</summary>
    public double Minimum { get; private set; } = double.PositiveInfinity;

    /// <summary>The largest; -infinity without values.</summary>
    public double Maximum { get; private set; } = double.NegativeInfinity;

    private double RawMean { get; set; }

    /// <summary>Adds a finite value.</summary>
    public void Add(double value)
    {
        Count++;
        var difference = value - RawMean;
        RawMean += difference / Count;
        squares += difference * (value - RawMean);
        Minimum = Math.Min(Minimum, value);
        Maximum = Math.Max(Maximum, value);
    }

    /// <summary>Adds everything that another sketch has seen.</summary>
    public void Merge(MomentsSketch other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Count == 0)
        {
            return;
        }

        var total = Count + other.Count;
        var difference = other.RawMean - RawMean;
        squares += other.squares + (difference * difference * ((double)Count * other.Count / total));
        RawMean += difference * other.Count / total;
        Count = total;
        Minimum = Math.Min(Minimum, other.Minimum);
        Maximum = Math.Max(Maximum, other.Maximum);
    }

    /// <summary>Writes the state.</summary>
    public void Write(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write7BitEncodedInt64(Count);
        if (Count > 0)
        {
            writer.Write(RawMean);
            writer.Write(squares);
            writer.Write(Minimum);
            writer.Write(Maximum);
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static MomentsSketch Read(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var sketch = new MomentsSketch { Count = reader.Read7BitEncodedInt64() };
        if (sketch.Count > 0)
        {
            sketch.RawMean = reader.ReadDouble();
            sketch.squares = reader.ReadDouble();
            sketch.Minimum = reader.ReadDouble();
            sketch.Maximum = reader.ReadDouble();
        }

        return sketch;
    }
}
