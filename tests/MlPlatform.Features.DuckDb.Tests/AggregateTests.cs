using CsCheck;
using MlPlatform.Core;
using MlPlatform.Features.DuckDb.Tests.Oracle;

namespace MlPlatform.Features.DuckDb.Tests;

public sealed class AggregateTests : IDisposable
{
    private const double Tolerance = 1e-9;
    private readonly string spill = Directory.CreateTempSubdirectory("duckdb-tests").FullName;
    private readonly DuckDbOfflineEngine engine;

    public AggregateTests() =>
        engine = new(
            new()
            {
                SpillDirectory = spill,
                Threads = 2,
                MemoryLimitBytes = 512L << 20,
            }
        );

    public void Dispose()
    {
        engine.Dispose();
        Directory.Delete(spill, recursive: true);
    }

    [Theory]
    [InlineData(0, 30, 60)]
    [InlineData(65, 300, 300)]
    public async Task Aggregates_agree_with_brute_force_on_random_tables(int leastFrame, int mostFrame, int mostSource) =>
        await Gen.Select(
                Tables.Frames(leastFrame, mostFrame),
                Tables.Sources(mostSource),
                Gen.Select(Gen.Long[1, 12], Gen.Long[0, 4]),
                Gen.Select(Gen.Long[1, 12], Gen.Long[0, 4]),
                Gen.Bool
            )
            .SampleAsync(
                async (frame, source, first, second, knownAt) =>
                {
                    var features = new[] { first, second }.SelectMany((span, i) => Features(span.Item1, span.Item2, i)).ToArray();
                    var view = new WindowedView(Tables.Source(source), Tables.FrameKeys, features) { KnownAt = knownAt };
                    var result = await engine.AggregateAsync(Tables.Frame(frame), view, TestContext.Current.CancellationToken);
                    Assert.Equal(frame.Length, result.RowCount);
                    for (var i = 0; i < features.Length; i++)
                    {
                        var span = i < features.Length / 2 ? first : second;
                        var expected = BruteForce.Aggregate(
                            frame,
                            source,
                            features[i].Function,
                            features[i].Column is null,
                            span.Item1,
                            span.Item2,
                            knownAt
                        );
                        for (var row = 0; row < frame.Length; row++)
                        {
                            AssertClose(expected[row], result.Columns[i][row]);
                        }
                    }

                    var rows = result.Columns.Where((_, i) => features[i].Column is null).ToArray();
                    Assert.Equal(Enumerable.Range(0, frame.Length).Count(r => rows.Any(c => c[r] is > 0L)), result.Matched);
                },
                iter: 40,
                threads: 1
            );

    [Fact]
    public async Task A_sum_is_exact_after_values_that_dwarf_it()
    {
        SourceRow[] events = [new("a", 1, 0, null, null, 1e300), new("a", 1, 1, null, null, double.NaN), new("a", 1, 10, null, null, 0.1)];
        WindowFeature[] features = [Feature(AggregateFunction.Sum), Feature(AggregateFunction.Variance), Feature(AggregateFunction.Max)];
        var view = new WindowedView(Tables.Source(events), Tables.FrameKeys, features);
        var result = await engine.AggregateAsync(
            Tables.Frame([new("a", 1, 10), new("a", 1, 1)]),
            view,
            TestContext.Current.CancellationToken
        );
        Assert.Equal([0.1, double.NaN], result.Columns[0].As<double>().ToArray());
        Assert.Null(result.Columns[1][0]);
        Assert.Equal(double.NaN, result.Columns[1][1]);
        Assert.Equal([0.1, double.NaN], result.Columns[2].As<double>().ToArray());

        static WindowFeature Feature(AggregateFunction function) =>
            new(function.ToString(), function, "value", TimeSpan.FromMicroseconds(5), TimeSpan.Zero);
    }

    [Fact]
    public async Task A_window_is_right_over_a_history_far_longer_than_it()
    {
        const int Events = 20_000;
        SourceRow[] events =
        [
            .. Enumerable
                .Range(0, Events)
                .Select(i => new SourceRow("a", 1, i / 2, null, null, i % 7 == 0 ? null : (i * 7919L % 1000) / 8.0)),
        ];
        FrameRow[] frame = [.. Enumerable.Range(0, 100).Select(i => new FrameRow("a", 1, i * (Events / 200) + i))];
        WindowFeature[] features = [.. Features(50, 0, 0), .. Features(300, 7, 1)];
        var result = await engine.AggregateAsync(
            Tables.Frame(frame),
            new(Tables.Source(events), Tables.FrameKeys, features),
            TestContext.Current.CancellationToken
        );
        for (var i = 0; i < features.Length; i++)
        {
            var (window, hop) = i < features.Length / 2 ? (50, 0) : (300, 7);
            var expected = BruteForce.Aggregate(
                frame,
                events,
                features[i].Function,
                features[i].Column is null,
                window,
                hop,
                knownAt: false
            );
            for (var row = 0; row < frame.Length; row++)
            {
                AssertClose(expected[row], result.Columns[i][row]);
            }
        }
    }

    [Fact]
    public async Task Texts_go_by_their_bytes_and_NaN_is_the_greatest_number()
    {
        const string Private = "\uFF5E";
        const string Astral = "\U0001F600"; // Its surrogates are less than the character before, its UTF-8 is greater.
        FeatureValue[][] rows =
        [
            [FeatureValue.Of("a"), FeatureValue.OfTimestamp(1), FeatureValue.Of(Astral), FeatureValue.Of(double.NaN)],
            [FeatureValue.Of("a"), FeatureValue.OfTimestamp(2), FeatureValue.Of(Private), FeatureValue.Of(double.NegativeInfinity)],
            [FeatureValue.Of("a"), FeatureValue.OfTimestamp(3), FeatureValue.Of("z"), FeatureValue.Of(5.0)],
        ];
        DataColumn[] columns =
        [
            Tables.Column("k", DataType.String),
            Tables.Column("at", DataType.Timestamp),
            Tables.Column("text", DataType.String),
            Tables.Column("number", DataType.Float64),
        ];
        WindowFeature[] features =
        [
            .. from column in new[] { "text", "number" }
            from function in new[] { AggregateFunction.Min, AggregateFunction.Max }
            select new WindowFeature($"{function}_{column}", function, column, TimeSpan.FromMicroseconds(10), TimeSpan.Zero),
        ];
        var frame = Tables.Rows(
            columns,
            [
                [FeatureValue.Of("a"), FeatureValue.OfTimestamp(3), default, default],
            ]
        );
        var result = await engine.AggregateAsync(
            new(frame, "at"),
            new(new(Tables.Rows(columns, rows), ["k"], "at"), ["k"], features),
            TestContext.Current.CancellationToken
        );
        Assert.Equal(["z", Astral, double.NegativeInfinity, double.NaN], result.Columns.Select(c => c[0]));
    }

    [Fact]
    public async Task Late_rows_are_those_that_used_an_event_created_after_their_time()
    {
        SourceRow[] events = [new("a", 1, 5, 7, null, 1)];
        var feature = new WindowFeature("n", AggregateFunction.Count, null, TimeSpan.FromMicroseconds(10), TimeSpan.Zero);
        var view = new WindowedView(Tables.Source(events), Tables.FrameKeys, [feature]);
        var frame = new FrameRow[] { new("a", 1, 4), new("a", 1, 5), new("a", 1, 6), new("a", 1, 7), new("a", null, 7) };
        var result = await engine.AggregateAsync(Tables.Frame(frame), view, TestContext.Current.CancellationToken);
        Assert.Equal((3, 2, 2), (result.Matched, result.Late, result.NoRow));
        Assert.Equal([0L, 1L, 1L, 1L, null], Enumerable.Range(0, 5).Select(i => result.Columns[0][i]));
        var known = await engine.AggregateAsync(Tables.Frame(frame), view with { KnownAt = true }, TestContext.Current.CancellationToken);
        Assert.Equal((1, 0), (known.Matched, known.Late));
    }

    [Fact]
    public async Task Impossible_features_are_refused()
    {
        var micro = TimeSpan.FromMicroseconds(1);
        await Refused(new("f", AggregateFunction.Sum, null, micro, TimeSpan.Zero));
        await Refused(new("f", AggregateFunction.Sum, "x'); DROP TABLE frame; --", micro, TimeSpan.Zero));
        await Refused(new("f", AggregateFunction.Count, null, TimeSpan.Zero, TimeSpan.Zero));
        await Refused(new("f", AggregateFunction.Count, null, micro, -micro));

        async Task Refused(WindowFeature feature) =>
            await Assert.ThrowsAsync<ArgumentException>(() =>
                engine.AggregateAsync(
                    Tables.Frame([]),
                    new(Tables.Source([]), Tables.FrameKeys, [feature]),
                    TestContext.Current.CancellationToken
                )
            );
    }

    private static IEnumerable<WindowFeature> Features(long window, long hop, int number) =>
        Enum.GetValues<AggregateFunction>()
            .Select(f => (Function: f, Column: (string?)"value"))
            .Append((AggregateFunction.Count, null))
            .Select(f => new WindowFeature(
                $"{f.Function}_{f.Column}_{number}",
                f.Function,
                f.Column,
                TimeSpan.FromMicroseconds(window),
                TimeSpan.FromMicroseconds(hop)
            ));

    private static void AssertClose(double? expected, object? actual)
    {
        if (expected is not { } value || actual is null)
        {
            Assert.Equal(expected, (double?)(actual is long n ? n : actual));
            return;
        }

        Assert.Equal(
            value,
            Convert.ToDouble(actual, System.Globalization.CultureInfo.InvariantCulture),
            Tolerance * Math.Max(1000, Math.Abs(value))
        );
    }
}
