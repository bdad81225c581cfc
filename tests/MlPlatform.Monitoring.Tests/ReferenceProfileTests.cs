namespace MlPlatform.Monitoring.Tests;

public sealed class ReferenceProfileTests
{
    [Fact]
    public void Stored_form_is_deterministic_whatever_the_order_of_columns_and_survives_a_round_trip()
    {
        var simulation = new Simulation(1);
        var a = simulation.Normals(5000);
        var b = simulation.Normals(5000);
        a[7] = double.NaN;
        b[9] = double.PositiveInfinity;
        string?[] kinds = [.. Enumerable.Range(0, 5000).Select(i => i % 10 == 0 ? null : simulation.Category(300))];
        double[] scores = [.. Enumerable.Range(0, 5000).Select(_ => simulation.Uniform())];

        var first = new ReferenceProfileBuilder()
            .AddNumeric("a", a)
            .AddNumeric("b", b)
            .AddCategorical("k", kinds)
            .AddScores(scores)
            .SetMetric("auc", 0.7);
        var second = new ReferenceProfileBuilder()
            .SetMetric("auc", 0.7)
            .AddScores(scores)
            .AddCategorical("k", kinds)
            .AddNumeric("b", b)
            .AddNumeric("a", a);
        var bytes = first.Build().ToBytes();

        Assert.Equal(bytes, second.Build().ToBytes());
        var copy = ReferenceProfile.FromBytes(bytes);
        Assert.Equal(bytes, copy.ToBytes());
        Assert.Equal((1, 4999L), (copy.Numeric[0].Missing, copy.Numeric[0].Finite));
        Assert.Equal(1, copy.Numeric[1].Infinite);
        Assert.Equal(500, copy.Categories[0].Missing);
        Assert.Equal(128, copy.Categories[0].Top.Count);
        Assert.Equal(4500, copy.Categories[0].Present);
        Assert.True(copy.Categories[0].Knows(CategoryHash.Of("c299")));
        Assert.False(copy.Categories[0].Knows(CategoryHash.Of("new")));
        Assert.Equal(0.7, copy.Metrics["auc"]);
        Assert.Equal(99, copy.Scores!.Edges.Length);
        Assert.True(bytes.Length < 20_000, $"{bytes.Length} bytes");
    }

    [Fact]
    public void Numeric_columns_have_at_most_64_edges_with_equal_mass_and_ten_groups()
    {
        var column = new ReferenceProfileBuilder().AddNumeric("a", new Simulation(2).Normals(6000)).Build().Numeric[0];

        Assert.Equal(59, column.Edges.Length);
        foreach (var count in column.Counts)
        {
            Assert.InRange(count, 99, 101);
        }

        Assert.All(column.ToGroups(column.Counts), g => Assert.InRange(g, 599, 601));
        Assert.Equal(10, column.Groups);
    }

    [Theory]
    [InlineData(new double[0])]
    [InlineData(new[] { 3.5, 3.5, 3.5 })]
    [InlineData(new[] { 0.0, 1, 0, 0, 1 })]
    [InlineData(new[] { double.NaN, double.NegativeInfinity })]
    [InlineData(new[] { double.MinValue, 0, double.MaxValue })]
    public void Awkward_columns_make_a_profile_that_counts_every_value(double[] values)
    {
        var column = ReferenceProfile.FromBytes(new ReferenceProfileBuilder().AddNumeric("a", values).Build().ToBytes()).Numeric[0];

        Assert.Equal(values.Length, column.Finite + column.Missing + column.Infinite);
        Assert.Equal(column.Finite, column.ToGroups(column.Counts).Sum());
    }

    [Fact]
    public void A_vocabulary_too_large_to_know_is_open()
    {
        string?[] values = [.. Enumerable.Range(0, 3000).Select(i => "v" + i)];
        var column = new ReferenceProfileBuilder().AddCategorical("k", values).Build().Categories[0];

        Assert.False(column.Complete);
        Assert.True(column.Knows(CategoryHash.Of("never seen")));
    }

    [Fact]
    public void Damage_is_a_typed_error()
    {
        var bytes = new ReferenceProfileBuilder().AddNumeric("a", [1, 2, 3]).Build().ToBytes();
        bytes[20] ^= 1;

        Assert.Throws<BlobFormatException>(() => ReferenceProfile.FromBytes(bytes));
        Assert.Throws<ArgumentException>(() => new ReferenceProfileBuilder().AddNumeric("a", [1]).AddCategorical("a", ["x"]));
    }

    [Fact]
    public void A_payload_that_is_no_profile_is_a_typed_error_whatever_its_bytes()
    {
        const int Header = 12;
        var bytes = new ReferenceProfileBuilder()
            .AddNumeric("a", [1, 2, 3])
            .AddCategorical("k", ["x", "y"])
            .AddScores([0.5])
            .SetMetric("auc", 0.7)
            .Build()
            .ToBytes();
        var refused = 0;
        for (var at = Header; at < bytes.Length - 4; at++)
        {
            foreach (byte value in (byte[])[0, 1, 127, 128, 255])
            {
                var payload = bytes[Header..^4];
                payload[at - Header] = value;
                try
                {
                    ReferenceProfile.FromBytes(BlobFrame.Write(1, 1, payload)); // The checksum is right: only the content can tell.
                }
                catch (BlobFormatException)
                {
                    refused++;
                }
            }

            Assert.Throws<BlobFormatException>(() => ReferenceProfile.FromBytes(BlobFrame.Write(1, 1, bytes.AsSpan(Header, at - Header))));
        }

        Assert.True(refused > 20, $"{refused} refused");
    }
}
