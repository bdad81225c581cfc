using CsCheck;
using MlPlatform.Core;
using MlPlatform.Features.DuckDb.Tests.Oracle;

namespace MlPlatform.Features.DuckDb.Tests;

public sealed class JoinTests : IDisposable
{
    private readonly string spill = Directory.CreateTempSubdirectory("duckdb-tests").FullName;
    private readonly DuckDbOfflineEngine engine;

    public JoinTests() =>
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

    [Fact]
    public async Task File_that_cannot_be_written_is_named()
    {
        var table = new RowTable(new DataSchema([new DataColumn("x", DataType.Int64)]), AsyncEnumerable.Empty<FeatureValue[]>());
        var path = Path.Combine(spill, "no", "such.parquet");
        var error = await Assert.ThrowsAsync<StorageUnavailableException>(() =>
            engine.WriteParquetAsync(table, path, TestContext.Current.CancellationToken)
        );
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 40, 40)]
    [InlineData(65, 400, 300)]
    public async Task Join_agrees_with_brute_force_on_random_tables(int leastFrame, int mostFrame, int mostSource) =>
        await Gen.Select(Tables.Frames(leastFrame, mostFrame), Tables.Sources(mostSource), Gen.Long[0, 8], Gen.Bool)
            .SampleAsync(
                async (frame, source, timeToLive, knownAt) =>
                {
                    var result = await engine.JoinAsync(
                        Tables.Frame(frame),
                        View(source, timeToLive, knownAt),
                        TestContext.Current.CancellationToken
                    );
                    var expected = BruteForce.Join(frame, source, timeToLive, knownAt);
                    Assert.Equal(frame.Length, result.RowCount);
                    Assert.Equal(
                        expected.Select(e => e < 0 ? null : (object)e),
                        Enumerable.Range(0, frame.Length).Select(i => result.Columns[0][i])
                    );
                    Assert.Equal(
                        expected.Select(e => e < 0 ? null : (object?)source[e].Value),
                        Enumerable.Range(0, frame.Length).Select(i => result.Columns[1][i])
                    );
                    Assert.Equal(expected.Count(e => e >= 0), result.Matched);
                    Assert.Equal(expected.Count(e => e == -2), result.OutOfTimeToLive);
                    Assert.Equal(expected.Count(e => e == -1), result.NoRow);
                    Assert.Equal(expected.Where((e, i) => e >= 0 && source[e].Created > frame[i].Time).Count(), result.Late);
                },
                iter: 60,
                threads: 1
            );

    [Theory]
    [InlineData(9, null)]
    [InlineData(10, 0)]
    [InlineData(15, 0)]
    [InlineData(16, null)]
    public async Task A_row_is_valid_from_its_event_to_the_end_of_its_time_to_live_inclusive(long at, int? expected)
    {
        var result = await engine.JoinAsync(
            Tables.Frame([new("a", 1, at)]),
            View([new("a", 1, 10, null, null, 1)], 5, knownAt: false),
            TestContext.Current.CancellationToken
        );
        Assert.Equal(expected, (int?)result.Columns[0][0]);
    }

    [Fact]
    public async Task Parquet_files_answer_as_rows_do_and_their_order_breaks_ties()
    {
        var paths = new[] { Path.Combine(spill, "b'1.parquet"), Path.Combine(spill, "a2.parquet") };
        await using (var connection = new DuckDB.NET.Data.DuckDBConnection("DataSource=:memory:"))
        {
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            for (var i = 0; i < 2; i++)
            {
                await using var command = connection.CreateCommand();
                command.CommandText =
                    $"COPY (SELECT 'u' AS \"User\", TIMESTAMP_NS '1969-12-31 23:59:59.999999900' AS at, {i} AS n, [1] AS list, TIMESTAMPTZ '2026-01-02 03:04:05+02' AS seen, 1.5::DECIMAL(9,2) AS price) "
                    + $"TO '{paths[i].Replace("'", "''", StringComparison.Ordinal)}' (FORMAT parquet)";
                await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            }
        }

        var table = new ParquetTable(paths) { Computed = new Dictionary<string, string>(StringComparer.Ordinal) { ["n2"] = "n * 2" } };
        var view = new PointInTimeView(
            new(table, ["User"], "at"),
            ["User"],
            [("n", "n"), ("n2", "twice"), ("seen", "seen"), ("price", "price")]
        );
        var result = await engine.JoinAsync(new(table, "at"), view, TestContext.Current.CancellationToken);

        Assert.Equal([1, 1], result.Columns[0].As<int>().ToArray());
        Assert.Equal(2, result.Columns[1][0]);
        Assert.Equal(StoredTime.ToMicros(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(2))), result.Columns[2][0]);
        Assert.Equal(DataType.Timestamp, result.Columns[2].Column.Type);
        Assert.Equal(1.5, result.Columns[3][0]);
        var list = view with { Features = [("list", "list")] };
        await Assert.ThrowsAsync<ArgumentException>(() => engine.JoinAsync(new(table, "at"), list, TestContext.Current.CancellationToken));

        // The nanoseconds before the epoch are floored to -1 µs, so the row is too new at -2.
        var source = view.Source with
        {
            KnownAfter = TimeSpan.Zero,
        };
        foreach (var (at, matched) in new[] { (-2L, 0L), (-1L, 1L) })
        {
            var rows = Tables.Rows(
                [Tables.Column("User", DataType.String), Tables.Column("t", DataType.Int64)],
                [
                    [FeatureValue.Of("u"), FeatureValue.Of(at)],
                ]
            );
            var found = await engine.JoinAsync(new(rows, "t"), view with { Source = source }, TestContext.Current.CancellationToken);
            Assert.Equal(matched, found.Matched);
        }
    }

    [Fact]
    public async Task Every_type_of_a_row_comes_back_as_it_went_in()
    {
        FeatureValue[] values =
        [
            FeatureValue.Of(true),
            FeatureValue.Of(int.MinValue),
            FeatureValue.Of(long.MaxValue),
            FeatureValue.Of(float.NaN),
            FeatureValue.Of(-0.0),
            FeatureValue.OfTimestamp(-1),
            FeatureValue.Of(Guid.Parse("00112233-4455-6677-8899-aabbccddeeff")),
            FeatureValue.Of("é😀z"),
            FeatureValue.Of([0, 255]),
        ];
        var columns = values.Select((v, i) => Tables.Column($"c{i}", v.Type)).ToArray();
        var table = Tables.Rows(
            [Tables.Column("k", DataType.Int64), Tables.Column("t", DataType.Timestamp), .. columns],
            [
                [FeatureValue.Of(1L), FeatureValue.OfTimestamp(0), .. values],
                [FeatureValue.Of(2L), FeatureValue.OfTimestamp(0), .. new FeatureValue[values.Length]],
            ]
        );
        var frame = new OfflineFrame(
            Tables.Rows(
                [Tables.Column("k", DataType.Int64), Tables.Column("t", DataType.Timestamp)],
                [
                    [FeatureValue.Of(1L), FeatureValue.OfTimestamp(0)],
                    [FeatureValue.Of(2L), FeatureValue.OfTimestamp(0)],
                ]
            ),
            "t"
        );
        var view = new PointInTimeView(new(table, ["k"], "t"), ["k"], [.. columns.Select(c => (c.Name, c.Name))]);
        var result = await engine.JoinAsync(frame, view, TestContext.Current.CancellationToken);
        Assert.Equal(2, result.Matched);
        for (var i = 0; i < values.Length; i++)
        {
            var expected = values[i].Type == DataType.Timestamp ? values[i].ToInt64() : values[i].ToObject();
            Assert.Equal(expected, result.Columns[i][0]);
            Assert.Null(result.Columns[i][1]);
        }

        Assert.True(double.IsNegative((double)result.Columns[4][0]!));
    }

    [Fact]
    public async Task Text_that_the_engine_would_cut_off_is_refused()
    {
        var refused = await Assert.ThrowsAsync<ArgumentException>(() =>
            engine.JoinAsync(Tables.Frame([new("a\0b", 1, 1)]), View([], 0, knownAt: false), TestContext.Current.CancellationToken)
        );
        Assert.Contains("NUL", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_row_known_later_is_used_later()
    {
        var view = View([new("a", 1, 10, null, null, 1)], 0, knownAt: false);
        view = view with { Source = view.Source with { KnownAfter = TimeSpan.FromMicroseconds(3) } };
        var result = await engine.JoinAsync(Tables.Frame([new("a", 1, 12), new("a", 1, 13)]), view, TestContext.Current.CancellationToken);
        Assert.Equal([true, false], result.Columns[0].Nulls);
    }

    [Fact]
    public async Task Wrong_views_are_refused_by_name()
    {
        var view = View([], 0, knownAt: false);
        await Refused("missing", view with { Features = [("missing", "m")] });
        await Refused("'twice'", view with { Features = [("value", "twice"), ("place", "twice")] });
        await Refused("created", view with { KnownAt = true, Source = view.Source with { CreatedTimeColumn = null } });
        await Refused("key columns", view with { FrameKeys = ["select"] });
        await Refused("holds", view with { FrameKeys = ["select", "first \"key\""] });
        await Refused("cannot be the time", view with { Source = view.Source with { EventTimeColumn = "value" } });

        async Task Refused(string part, PointInTimeView wrong)
        {
            var refused = await Assert.ThrowsAsync<ArgumentException>(() =>
                engine.JoinAsync(Tables.Frame([]), wrong, TestContext.Current.CancellationToken)
            );
            Assert.Contains(part, refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Concurrent_joins_do_not_see_each_other()
    {
        var results = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(i =>
                    engine.JoinAsync(
                        Tables.Frame([new("a", 1, 20)]),
                        View([.. Enumerable.Range(0, i + 1).Select(n => new SourceRow("a", 1, n, null, null, n))], 0, knownAt: false),
                        TestContext.Current.CancellationToken
                    )
                )
        );
        Assert.Equal(Enumerable.Range(0, 8), results.Select(r => (int)r.Columns[0][0]!));
    }

    [Fact]
    public async Task A_cancelled_join_stops()
    {
        using var source = new CancellationTokenSource();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            engine.JoinAsync(Tables.Frame([]), View([], 0, knownAt: false), source.Token)
        );
    }

    private static PointInTimeView View(SourceRow[] rows, long timeToLive, bool knownAt) =>
        new(Tables.Source(rows), Tables.FrameKeys, [("place", "place"), ("value", "number")])
        {
            TimeToLive = TimeSpan.FromMicroseconds(timeToLive),
            KnownAt = knownAt,
        };
}
