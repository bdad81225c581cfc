using Microsoft.ML.OnnxRuntime;
using MlPlatform.Core;
using MlPlatform.Serving.Internal;

namespace MlPlatform.Serving.Tests;

public sealed class BinderTests
{
    private static readonly BufferLayout Layout = BufferLayout.OneTensorPerColumn([
        new("mean_delay", DataType.Float32),
        new("Seats", DataType.Int64),
        new("Airline", DataType.String),
        new("departure", DataType.Timestamp),
        new("Late", DataType.Bool),
        new("weights", DataType.Float32) { Shape = [-1, 3] },
    ]);

    [Fact]
    public void Binders_round_trip_a_record_when_it_fits()
    {
        var problems = new List<string>();
        var write = InputBinder.Compile<Row>(Layout, DataSchema.Empty, problems, []);
        var read = OutputBinder.Compile<Answer>(Layout, problems);
        Assert.Empty(problems);
        using var buffer = new RequestBuffer(Layout, 2);
        var departure = new DateTimeOffset(2024, 3, 1, 8, 30, 0, TimeSpan.Zero);
        write(new(12, 180, "AA", departure, true, [1, 2, 3]), buffer, 1);
        write(new(null, 9, null, departure, false, [4, 5, 6]), buffer, 0);
        var second = read(buffer, 1);
        Assert.Equal((12f, 180L, "AA", departure, true), (second.MeanDelay, second.Seats, second.Airline, second.Departure, second.Late));
        Assert.Equal([1f, 2f, 3f], second.Weights);
        var first = read(buffer, 0);
        Assert.True(float.IsNaN(first.MeanDelay));
        Assert.Null(first.Airline);
        Assert.Contains(
            "3 elements; 1",
            Assert.Throws<PredictionInputException>(() => write(new(1, 1, "", departure, true, [1]), buffer, 0)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_record_with_a_constructor_has_its_other_properties_set_too()
    {
        var problems = new List<string>();
        var write = InputBinder.Compile<Row>(Layout, DataSchema.Empty, problems, []);
        var read = OutputBinder.Compile<Partly>(Layout, problems);
        Assert.Empty(problems);
        using var buffer = new RequestBuffer(Layout, 1);
        write(new(12, 180, "AA", default, true, [1, 2, 3]), buffer, 0);
        Assert.Equal(new Partly(12) { Seats = 180, Airline = "AA" }, read(buffer, 0));
        OutputBinder.Compile<PartlyWrong>(Layout, problems);
        Assert.Contains("'Gate' of PartlyWrong is no output of the model", Assert.Single(problems), StringComparison.Ordinal);
        Assert.Equal(["MeanDelay", "Seats", "Airline"], RecordColumns.Taken(typeof(Partly), []).Select(c => c.Name));
    }

    [Fact]
    public void Binders_round_trip_short_floats()
    {
        var layout = BufferLayout.OneTensorPerColumn([
            new("small", DataType.Float16),
            new("missing", DataType.Float16),
            new("brain", DataType.BFloat16),
            new("pair", DataType.Float16) { Shape = [-1, 2] },
        ]);
        var problems = new List<string>();
        var write = InputBinder.Compile<Short>(layout, DataSchema.Empty, problems, []);
        var read = OutputBinder.Compile<Short>(layout, problems);
        var wide = OutputBinder.Compile<Wide>(layout, problems);
        Assert.Empty(problems);
        using var buffer = new RequestBuffer(layout, 1);
        write(new((Half)1.5, null, (BFloat16)(-2.5f), [(Half)1, (Half)2]), buffer, 0);
        var row = read(buffer, 0);
        Assert.Equal(((Half)1.5, (BFloat16)(-2.5f)), (row.Small, row.Brain));
        Assert.True(Half.IsNaN(row.Missing!.Value));
        Assert.Equal([(Half)1, (Half)2], row.Pair);
        Assert.Equal(new Wide(1.5f, -2.5), wide(buffer, 0));
    }

    [Fact]
    public void Binders_allocate_nothing_when_writing_numbers()
    {
        var write = InputBinder.Compile<Row>(Layout, DataSchema.Empty, [], []);
        using var buffer = new RequestBuffer(Layout, 1);
        var row = new Row(1, 2, "AA", DateTimeOffset.UnixEpoch, true, [1, 2, 3]);
        write(row, buffer, 0);
        Assert.Equal(0, AllocationTests.LeastAllocated(() => write(row, buffer, 0)));
    }

    [Fact]
    public void Binders_list_every_problem_when_types_do_not_fit()
    {
        var problems = new List<string>();
        InputBinder.Compile<Wrong>(Layout, DataSchema.Empty, problems, []);
        OutputBinder.Compile<Wrong>(Layout, problems);
        var message = string.Join("; ", problems);
        foreach (
            var part in (string[])
                [
                    "'mean_delay: float32' has no property in Wrong",
                    "'Seats: int64' cannot be read from property Seats of type Double",
                    "'Gain' of Wrong is no output",
                ]
        )
        {
            Assert.Contains(part, message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("MeanDelay", "mean_delay", true)]
    [InlineData("a_", "A", true)]
    [InlineData("ab", "a", false)]
    [InlineData("a", "ab", false)]
    public void Column_names_match_ignoring_case_and_underscores(string left, string right, bool equal)
    {
        Assert.Equal(equal, ColumnNames.Comparer.Equals(left, right));
        Assert.Equal(equal, ColumnNames.Comparer.GetHashCode(left) == ColumnNames.Comparer.GetHashCode(right));
    }

    internal sealed record Row(double? MeanDelay, int Seats, string? Airline, DateTimeOffset Departure, bool Late, float[] Weights);

    internal sealed record Answer(float MeanDelay, long Seats, string? Airline, DateTimeOffset Departure, bool Late, float[] Weights);

    internal sealed record Wrong(double Seats, string Gain);

    internal sealed record Short(Half Small, Half? Missing, BFloat16 Brain, Half[] Pair);

    internal sealed record Wide(float Small, double Brain);

    private sealed record Partly(float MeanDelay)
    {
        public long Seats { get; init; } = -7;

        public string Airline { get; set; } = "default";

        public bool IsHeavy => Seats > 300;
    }

    private sealed record PartlyWrong(float MeanDelay)
    {
        public string? Gate { get; set; }
    }
}
