using DuckDB.NET.Data;
using MlPlatform.Core;

namespace MlPlatform.Features.DuckDb.Internal;

/// <summary>Reads an answer into typed arrays.</summary>
internal static class ResultReader
{
    public static IReadOnlyList<FeatureColumn> Read(
        DuckDbSession session,
        string sql,
        int rows,
        IReadOnlyList<(string Name, DataType Type)> columns
    ) =>
        session.Read(
            sql,
            reader =>
            {
                var targets = columns.Select(c => Target(c.Type, rows)).ToArray();
                var nulls = columns.Select(_ => new bool[rows]).ToArray();
                for (var row = 0; reader.Read(); row++)
                {
                    if ((row & 0xFFF) == 0)
                    {
                        session.CancellationToken.ThrowIfCancellationRequested();
                    }

                    for (var i = 0; i < targets.Length; i++)
                    {
                        if (reader.IsDBNull(i))
                        {
                            nulls[i][row] = true;
                        }
                        else
                        {
                            targets[i].Set(reader, i, row);
                        }
                    }
                }

                return columns
                    .Select((c, i) => new FeatureColumn(new(c.Name, c.Type) { Nullable = true }, targets[i].Values, nulls[i]))
                    .ToArray();
            }
        );

    private static (Array Values, Action<DuckDBDataReader, int, int> Set) Target(DataType type, int rows) =>
        type switch
        {
            DataType.Bool => Typed<bool>(rows),
            DataType.Int8 => Typed<sbyte>(rows),
            DataType.Int16 => Typed<short>(rows),
            DataType.Int32 => Typed<int>(rows),
            DataType.Int64 or DataType.Timestamp => Typed<long>(rows),
            DataType.UInt8 => Typed<byte>(rows),
            DataType.UInt16 => Typed<ushort>(rows),
            DataType.UInt32 => Typed<uint>(rows),
            DataType.UInt64 => Typed<ulong>(rows),
            DataType.Float32 => Typed<float>(rows),
            DataType.Float64 => Typed<double>(rows),
            DataType.Uuid => Typed<Guid>(rows),
            DataType.Bytes => Typed<byte[]>(rows),
            _ => Typed<string>(rows),
        };

    private static (Array Values, Action<DuckDBDataReader, int, int> Set) Typed<T>(int rows)
    {
        var values = new T[rows];
        return (values, (reader, column, row) => values[row] = Value<T>(reader, column));
    }

    /// <summary>One value that is not null.</summary>
    public static T Value<T>(DuckDBDataReader reader, int column)
    {
        if (typeof(T) != typeof(byte[]))
        {
            return reader.GetFieldValue<T>(column);
        }

        using var stream = reader.GetStream(column);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return (T)(object)bytes;
    }
}
