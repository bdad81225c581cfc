using CsCheck;

namespace MlPlatform.Core.Tests;

public sealed class SketchTests
{
    private static readonly double[] Edges = [-1, 0, 0.5, 2, 7];

    private static readonly Gen<double[]> Values = Gen.OneOf(
        Gen.Double[-3, 9],
        Gen.Const(double.NaN),
        Gen.Const(double.PositiveInfinity),
        Gen.Const(0.5)
    ).Array[0, 50];

    [Fact]
    public void Edge_counts_put_each_value_into_the_bin_after_the_edges_below_it() =>
        Values.Sample(values =>
        {
            var counts = Count(values);
            double[] finite = [.. values.Where(double.IsFinite)];
            for (var bin = 0; bin <= Edges.Length; bin++)
            {
                Assert.Equal(finite.Count(v => Edges.Count(e => e < v) == bin), counts.Counts[bin]);
            }

            Assert.Equal(finite.Length, counts.Finite);
            Assert.Equal(values.Count(double.IsNaN), counts.Missing);
            Assert.Equal(values.Count(double.IsInfinity), counts.Infinite);
            Assert.Equal(finite.Count(v => v < -2), counts.Below);
            Assert.Equal(finite.Count(v => v > 8), counts.Above);
        });

    [Fact]
    public void Edge_counts_merge_and_travel_without_loss() =>
        Gen.Select(Values, Values)
            .Sample(
                (a, b) =>
                {
                    var merged = Count(a);
                    merged.Merge(Count(b));
                    var copy = Count(b);
                    copy.MergeFrom(Reader(Count(a).Write));
                    var all = Count([.. a, .. b]);
                    foreach (var counts in (EdgeCounts[])[merged, copy])
                    {
                        Assert.Equal(all.Counts, counts.Counts);
                        Assert.Equal(
                            (all.Finite, all.Missing, all.Infinite, all.Below, all.Above),
                            (counts.Finite, counts.Missing, counts.Infinite, counts.Below, counts.Above)
                        );
                    }
                }
            );

    [Fact]
    public void Edge_counts_refuse_other_edges()
    {
        Assert.Throws<ArgumentException>(() => new EdgeCounts([1, 2]).Merge(new EdgeCounts([1, 3])));
        Assert.Throws<ArgumentException>(() => new EdgeCounts([2, 1]));
        Assert.Throws<InvalidDataException>(() => new EdgeCounts([1, 2]).MergeFrom(Reader(new EdgeCounts([1]).Write)));
    }

    [Fact]
    public void Moments_keep_their_digits_at_a_large_offset_and_over_merges()
    {
        double[] values = [.. Enumerable.Range(0, 1000).Select(i => 1e9 + ((i * 37 % 101) / 100.0))];
        var mean = values.Average(v => v - 1e9);
        var variance = values.Average(v => Math.Pow(v - 1e9 - mean, 2));
        var merged = new MomentsSketch();
        foreach (var part in values.Chunk(7))
        {
            var sketch = new MomentsSketch();
            Array.ForEach(part, sketch.Add);
            merged.Merge(MomentsSketch.Read(Reader(sketch.Write)));
        }

        Assert.Equal(1000, merged.Count);
        Assert.Equal(mean, merged.Mean - 1e9, 1e-6);
        Assert.Equal(1, merged.Variance / variance, 1e-6);
        Assert.Equal((values.Min(), values.Max()), (merged.Minimum, merged.Maximum));
    }

    [Fact]
    public void Category_counts_are_exact_within_capacity_and_merge() =>
        Gen.Select(Gen.ULong[0, 9].Array[0, 60], Gen.ULong[0, 9].Array[0, 60])
            .Sample(
                (a, b) =>
                {
                    var merged = Count(a, 9);
                    merged.Merge(Count(b, 9));
                    merged.MergeFrom(Reader(Count(a, 9).Write));
                    ulong[] all = [.. a, .. b, .. a];
                    Assert.Equal(all.LongCount(v => v == 0), merged.Missing);
                    Assert.Equal(all.LongLength, merged.Total);
                    Assert.All(merged.Counts, c => Assert.Equal(all.LongCount(v => v == c.Key), c.Value));
                }
            );

    [Fact]
    public void Category_counts_lose_no_row_beyond_capacity_and_always_keep_tracked_ones()
    {
        var counts = new CategoryCounts(2, [100]);
        foreach (var category in (ulong[])[1, 2, 3, 3, 100, 0])
        {
            counts.Add(category);
        }

        Assert.Equal(1, counts.Counts[100]);
        Assert.Equal(2, counts.Other);
        Assert.Equal(6, counts.Total);
        Assert.Equal(counts.Total, counts.Counts.Values.Sum() + counts.Other + counts.Missing);
    }

    [Fact]
    public void Frame_gives_back_what_it_was_given_and_refuses_every_damaged_byte()
    {
        var frame = BlobFrame.Write(3, 2, [1, 2, 3, 4, 5]);

        Assert.Equal([1, 2, 3, 4, 5], BlobFrame.Read(frame, 3, 2).ToArray());
        Assert.Throws<BlobFormatException>(() => BlobFrame.Read(frame, 4, 2).Length);
        Assert.Throws<BlobFormatException>(() => BlobFrame.Read(frame, 3, 1).Length);
        for (var i = 0; i < frame.Length; i++)
        {
            var damaged = (byte[])frame.Clone();
            damaged[i] ^= 0x40;
            Assert.Throws<BlobFormatException>(() => BlobFrame.Read(damaged, 3, 2).Length);
            Assert.Throws<BlobFormatException>(() => BlobFrame.Read(frame.AsSpan(0, i), 3, 2).Length);
        }
    }

    private static EdgeCounts Count(double[] values)
    {
        var counts = new EdgeCounts(Edges, -2, 8);
        Array.ForEach(values, counts.Add);
        return counts;
    }

    private static CategoryCounts Count(ulong[] values, int capacity)
    {
        var counts = new CategoryCounts(capacity);
        Array.ForEach(values, v => counts.Add(v));
        return counts;
    }

    private static BinaryReader Reader(Action<BinaryWriter> write)
    {
        var stream = new MemoryStream();
        var writer = new BinaryWriter(stream);
        write(writer);
        writer.Flush();
        stream.Position = 0;
        return new(stream);
    }
}
