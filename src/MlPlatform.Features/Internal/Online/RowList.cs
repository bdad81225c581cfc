using System.Buffers.Binary;

namespace MlPlatform.Features.Internal;

/// <summary>The stored rows of one key, oldest first, each after its length.</summary>
internal static class RowList
{
    public static List<byte[]> Read(ReadOnlySpan<byte> data)
    {
        var rows = new List<byte[]>(1);
        while (data.Length > 0)
        {
            var length = data.Length < 4 ? -1 : BinaryPrimitives.ReadInt32LittleEndian(data);
            if (length < 0 || length > data.Length - 4)
            {
                throw new CorruptFeatureRowException("the rows of a key end inside a row.");
            }

            rows.Add(data.Slice(4, length).ToArray());
            data = data[(4 + length)..];
        }

        return rows;
    }

    public static byte[] Write(IReadOnlyList<byte[]> rows)
    {
        var data = new byte[rows.Sum(r => 4 + r.Length)];
        var at = 0;
        foreach (var row in rows)
        {
            BinaryPrimitives.WriteInt32LittleEndian(data.AsSpan(at), row.Length);
            row.CopyTo(data, at + 4);
            at += 4 + row.Length;
        }

        return data;
    }

    /// <summary>Keeps the newest row that is not ahead of the clock, and all that are. Older never replaces newer.</summary>
    public static List<byte[]> Keep(IEnumerable<byte[]> rows, long now)
    {
        var sorted = rows.ToList();
        sorted.Sort((a, b) => a.AsSpan(0, FeatureRowCodec.PrefixLength).SequenceCompareTo(b.AsSpan(0, FeatureRowCodec.PrefixLength)));
        var current = sorted.FindLastIndex(r => FeatureRowCodec.ReadStamp(r).EventMicros <= now);
        return current > 0 ? sorted[current..] : sorted;
    }
}
