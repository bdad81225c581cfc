using MlPlatform.Core;

namespace MlPlatform.Features.Internal;

/// <summary>The newest row of a key and, behind it, those dated a little ahead of the clock when they came: they count once their time has come.</summary>
internal sealed class RowEntry : OnlineEntry
{
    private readonly (long EventMicros, FeatureValue[] Values)[] rows;

    public RowEntry(FeatureRowCodec codec, IReadOnlyList<byte[]> stored)
    {
        rows =
        [
            .. stored.Select(bytes =>
            {
                var values = new FeatureValue[codec.Schema.Columns.Count];
                codec.Decode(bytes, values);
                return (FeatureRowCodec.ReadStamp(bytes).EventMicros, values);
            }),
        ];
        Size = 64 + stored.Sum(s => 64 + s.Length + (24 * codec.Schema.Columns.Count));
    }

    public override int Size { get; }

    public override bool Read(long now, FeatureValue[] row, out long eventMicros)
    {
        for (var i = rows.Length - 1; i >= 0; i--)
        {
            if (rows[i].EventMicros <= now)
            {
                rows[i].Values.CopyTo(row, 0);
                eventMicros = rows[i].EventMicros;
                return true;
            }
        }

        eventMicros = 0;
        return false;
    }
}
