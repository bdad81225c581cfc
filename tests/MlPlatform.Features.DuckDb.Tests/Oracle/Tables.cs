using CsCheck;
using MlPlatform.Core;

namespace MlPlatform.Features.DuckDb.Tests.Oracle;

/// <summary>Random frames and sources with few distinct keys and times, so that ties, nulls and edges are frequent.</summary>
internal static class Tables
{
    /// <summary>Pairs of these collide when they are concatenated.</summary>
    private static readonly string?[] Keys1 = ["1", "11", "", "a", "A", null];
    private static readonly int?[] Keys2 = [1, 11, 111, null];
    private static readonly Gen<long?> Times = Gen.Frequency((9, Gen.Long[-6, 20].Select(t => (long?)t)), (1, Gen.Const((long?)null)));

    public static Gen<FrameRow[]> Frames(int least, int most) =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 3], Times, (a, b, t) => new FrameRow(Keys1[a], Keys2[b], t)).Array[least, most];

    public static Gen<SourceRow[]> Sources(int most) =>
        Gen.Select(
            Gen.Int[0, 5],
            Gen.Int[0, 3],
            Times,
            Times,
            Gen.Int[-1, 3],
            Gen.Frequency((5, Gen.Double[-1000, 1000].Select(v => (double?)v)), (1, Gen.Const((double?)null))),
            (a, b, time, created, sequence, value) =>
                new SourceRow(Keys1[a], Keys2[b], time, created, sequence < 0 ? null : sequence, value)
        ).Array[0, most];

    public static OfflineFrame Frame(IEnumerable<FrameRow> rows) =>
        new(
            Rows(
                [Column("first \"key\"", DataType.String), Column("select", DataType.Int32), Column("at", DataType.Timestamp)],
                rows.Select(r => new[] { FeatureValue.Of(r.Key1), Integer(r.Key2), Time(r.Time) })
            ),
            "at"
        );

    public static IReadOnlyList<string> FrameKeys { get; } = ["first \"key\"", "select"];

    public static OfflineSource Source(IEnumerable<SourceRow> rows) =>
        new(
            Rows(
                [
                    Column("x'); DROP TABLE frame; --", DataType.String),
                    Column("k2", DataType.Int64),
                    Column("event", DataType.Timestamp),
                    Column("created", DataType.Timestamp),
                    Column("seq", DataType.Int64),
                    Column("value", DataType.Float64),
                    Column("place", DataType.Int32),
                ],
                rows.Select(
                    (r, i) =>
                        new[]
                        {
                            FeatureValue.Of(r.Key1),
                            r.Key2 is { } k ? FeatureValue.Of((long)k) : default,
                            Time(r.Event),
                            Time(r.Created),
                            r.Sequence is { } s ? FeatureValue.Of(s) : default,
                            r.Value is { } v ? FeatureValue.Of(v) : default,
                            FeatureValue.Of(i),
                        }
                )
            ),
            ["x'); DROP TABLE frame; --", "k2"],
            "event"
        )
        {
            CreatedTimeColumn = "created",
            SequenceColumn = "seq",
        };

    public static RowTable Rows(DataColumn[] columns, IEnumerable<FeatureValue[]> rows) => new(new(columns), rows.ToAsyncEnumerable());

    public static DataColumn Column(string name, DataType type) => new(name, type) { Nullable = true };

    private static FeatureValue Integer(int? value) => value is { } v ? FeatureValue.Of(v) : default;

    private static FeatureValue Time(long? micros) => micros is { } m ? FeatureValue.OfTimestamp(m) : default;
}
