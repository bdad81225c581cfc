using CsCheck;

namespace MlPlatform.Features.Tests.Online;

public sealed class FeatureRowCodecTests
{
    private static readonly DataType[] Types =
    [
        DataType.Bool,
        DataType.Int32,
        DataType.Int64,
        DataType.Float32,
        DataType.Float64,
        DataType.Timestamp,
        DataType.Uuid,
        DataType.String,
        DataType.Bytes,
    ];

    private static readonly Gen<RowStamp> Stamps = Gen.Select(
        Gen.Long,
        Gen.Bool,
        Gen.Long[long.MinValue + 1, long.MaxValue],
        Gen.Long,
        (time, hasCreated, created, sequence) => new RowStamp(time, hasCreated ? created : null, sequence)
    );

    // Few distinct values, so that the later parts of the order decide too.
    private static readonly Gen<RowStamp> CloseStamps = Gen.Select(
        Gen.Long[-1, 1],
        Gen.Int[0, 3],
        Gen.Long[-1, 1],
        (time, created, sequence) => new RowStamp(time, created == 0 ? null : created - 2, sequence)
    );

    private static readonly Gen<(DataSchema Schema, FeatureValue[] Values)> Rows = Gen.Int[0, Types.Length - 1]
        .Array[0, 20]
        .SelectMany(types =>
            Gen.Select(Gen.Bool, Gen.Long, Gen.Double, Gen.String[Gen.Char['a', '\u0400'], 0, 12], Gen.Guid)
                .Array[types.Length]
                .Select(seeds =>
                    (
                        new DataSchema(types.Select((t, i) => new DataColumn($"f{i}", Types[t]) { Nullable = true })),
                        types.Select((t, i) => seeds[i].Item1 ? Value(Types[t], seeds[i]) : FeatureValue.Null).ToArray()
                    )
                )
        );

    [Fact]
    public void Codec_returns_what_it_packed_for_every_type() =>
        Gen.Select(Rows, Stamps, Gen.Bool)
            .Sample(
                (row, stamp, tombstone) =>
                {
                    var codec = new FeatureRowCodec(row.Schema);
                    var bytes = codec.Encode(stamp, row.Values, tombstone);
                    var read = new FeatureValue[row.Values.Length];

                    Assert.Equal(!tombstone, codec.Decode(bytes, read));
                    Assert.Equal(row.Values, read);
                    Assert.Equal(stamp, FeatureRowCodec.ReadStamp(bytes));
                },
                iter: 2_000
            );

    [Fact]
    public void Prefix_orders_like_the_winner_rule() =>
        Gen.Select(Gen.OneOf(Stamps, CloseStamps), Gen.OneOf(Stamps, CloseStamps))
            .Sample(
                (a, b) =>
                {
                    var codec = new FeatureRowCodec(DataSchema.Empty);
                    var bytes = codec
                        .Encode(a, [])
                        .AsSpan(0, FeatureRowCodec.PrefixLength)
                        .SequenceCompareTo(codec.Encode(b, []).AsSpan(0, FeatureRowCodec.PrefixLength));
                    var rule = a.EventMicros.CompareTo(b.EventMicros);
                    rule = rule != 0 ? rule : Nullable.Compare(a.CreatedMicros, b.CreatedMicros);
                    rule = rule != 0 ? rule : a.Sequence.CompareTo(b.Sequence);

                    Assert.Equal(Math.Sign(rule), Math.Sign(bytes));
                },
                iter: 5_000
            );

    [Fact]
    public void Damaged_bytes_give_a_typed_error_or_a_value_and_nothing_else() =>
        Gen.Select(Rows, Gen.Int[0, int.MaxValue], Gen.Byte[1, 255], Gen.Bool)
            .Sample(
                (row, at, flip, truncate) =>
                {
                    var codec = new FeatureRowCodec(row.Schema);
                    var bytes = codec.Encode(new(1, 2, 3), row.Values);
                    if (truncate)
                    {
                        bytes = bytes[..(at % bytes.Length)];
                    }
                    else
                    {
                        bytes[at % bytes.Length] ^= flip;
                    }

                    var error = Record.Exception(() => codec.Decode(bytes, new FeatureValue[row.Values.Length]));
                    Assert.True(error is null or CorruptFeatureRowException, error?.ToString());
                    if (truncate)
                    {
                        Assert.NotNull(error);
                    }
                },
                iter: 5_000
            );

    [Fact]
    public void Row_has_the_bytes_of_the_format()
    {
        var codec = new FeatureRowCodec(new([new("a", DataType.Int32), new("b", DataType.String), new("c", DataType.Float64)]));

        var bytes = codec.Encode(new(1, null, 2), [FeatureValue.Of(5), FeatureValue.Of("hi"), FeatureValue.Null]);

        var expected =
            "8000000000000001"
            + "0000000000000000"
            + "8000000000000002" // event, no created, sequence
            + "01"
            + "02"
            + "0300" // format, flags: has a tail, three features
            + Convert.ToHexString(BitConverter.GetBytes(codec.Fingerprint))
            + "04" // the third is null
            + "05000000"
            + "3500000002000000"
            + "0000000000000000" // 5; text at 53, 2 bytes; zero filled
            + "6869";
        Assert.Equal(expected, Convert.ToHexString(bytes));
    }

    [Fact]
    public void Row_of_another_schema_is_refused()
    {
        var bytes = new FeatureRowCodec(new([new("a", DataType.Int64)])).Encode(new(1, 1, 1), [FeatureValue.Of(1L)]);

        Assert.Throws<CorruptFeatureRowException>(() =>
            new FeatureRowCodec(new([new("b", DataType.Int64)])).Decode(bytes, new FeatureValue[1])
        );
    }

    private static FeatureValue Value(DataType type, (bool, long Integer, double Real, string Text, Guid Id) seed) =>
        type switch
        {
            DataType.Bool => FeatureValue.Of((seed.Integer & 1) == 0),
            DataType.Int32 => FeatureValue.Of((int)seed.Integer),
            DataType.Int64 => FeatureValue.Of(seed.Integer),
            DataType.Float32 => FeatureValue.Of((float)seed.Real),
            DataType.Float64 => FeatureValue.Of(seed.Real),
            DataType.Timestamp => FeatureValue.OfTimestamp(seed.Integer),
            DataType.Uuid => FeatureValue.Of(seed.Id),
            DataType.String => FeatureValue.Of(seed.Text),
            _ => FeatureValue.Of(BitConverter.GetBytes(seed.Integer)),
        };
}
