using System.IO.Hashing;
using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MlPlatform.Sdk.Internal;

/// <summary>XxHash128 over the names, types and values of a data view's visible columns, row by row: equal data has an equal digest.</summary>
internal static class DataViewDigest
{
    public static string Of(IDataView data)
    {
        var hash = new XxHash128();
        DataViewSchema.Column[] columns = [.. data.Schema.Where(c => !c.IsHidden)];
        foreach (var column in columns)
        {
            AppendText(hash, column.Name);
            AppendText(hash, column.Type.ToString()!);
        }

        using var cursor = data.GetRowCursor(columns);
        Action[] readers = [.. columns.Select(c => MakeReader(cursor, c, hash)).OfType<Action>()];
        long rows = 0;
        while (cursor.MoveNext())
        {
            rows++;
            foreach (var read in readers)
            {
                read();
            }
        }

        Append(hash, rows);
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    /// <summary>Null for types whose values cannot be read as bytes: their name and type count alone.</summary>
    private static Action? MakeReader(DataViewRowCursor cursor, DataViewSchema.Column column, XxHash128 hash)
    {
        var vector = column.Type as VectorDataViewType;
        var raw = (vector?.ItemType ?? column.Type).RawType;
        if (raw == typeof(ReadOnlyMemory<char>))
        {
            return vector is null ? TextReader(cursor, column, hash) : TextVectorReader(cursor, column, hash);
        }

        if (!raw.IsValueType || IsReference(raw))
        {
            return null;
        }

        var method = vector is null ? nameof(ValueReader) : nameof(VectorReader);
        return (Action)
            typeof(DataViewDigest)
                .GetMethod(method, BindingFlags.NonPublic | BindingFlags.Static)!
                .MakeGenericMethod(raw)
                .Invoke(null, [cursor, column, hash])!;
    }

    private static bool IsReference(Type type) =>
        (bool)
            typeof(System.Runtime.CompilerServices.RuntimeHelpers)
                .GetMethod(nameof(System.Runtime.CompilerServices.RuntimeHelpers.IsReferenceOrContainsReferences))!
                .MakeGenericMethod(type)
                .Invoke(null, null)!;

    private static Action ValueReader<T>(DataViewRowCursor cursor, DataViewSchema.Column column, XxHash128 hash)
        where T : unmanaged
    {
        var getter = cursor.GetGetter<T>(column);
        T value = default;
        return () =>
        {
            getter(ref value);
            Append(hash, value);
        };
    }

    private static Action VectorReader<T>(DataViewRowCursor cursor, DataViewSchema.Column column, XxHash128 hash)
        where T : unmanaged
    {
        var getter = cursor.GetGetter<VBuffer<T>>(column);
        VBuffer<T> value = default;
        var dense = Array.Empty<T>();
        return () =>
        {
            getter(ref value);
            if (dense.Length < value.Length)
            {
                dense = new T[value.Length];
            }

            value.CopyTo(dense); // Dense and sparse forms of one vector are the same data.
            Append(hash, value.Length);
            hash.Append(MemoryMarshal.AsBytes(dense.AsSpan(0, value.Length)));
        };
    }

    private static Action TextReader(DataViewRowCursor cursor, DataViewSchema.Column column, XxHash128 hash)
    {
        var getter = cursor.GetGetter<ReadOnlyMemory<char>>(column);
        ReadOnlyMemory<char> value = default;
        return () =>
        {
            getter(ref value);
            AppendText(hash, value.Span);
        };
    }

    private static Action TextVectorReader(DataViewRowCursor cursor, DataViewSchema.Column column, XxHash128 hash)
    {
        var getter = cursor.GetGetter<VBuffer<ReadOnlyMemory<char>>>(column);
        VBuffer<ReadOnlyMemory<char>> value = default;
        return () =>
        {
            getter(ref value);
            Append(hash, value.Length);
            foreach (var text in value.DenseValues())
            {
                AppendText(hash, text.Span);
            }
        };
    }

    private static void Append<T>(XxHash128 hash, T value)
        where T : unmanaged => hash.Append(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)));

    private static void AppendText(XxHash128 hash, ReadOnlySpan<char> text)
    {
        Append(hash, text.Length);
        hash.Append(MemoryMarshal.AsBytes(text));
    }
}
