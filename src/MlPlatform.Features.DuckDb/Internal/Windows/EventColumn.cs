using DuckDB.NET.Data;
using MlPlatform.Core;

namespace MlPlatform.Features.DuckDb.Internal;

/// <summary>One column of the events that a window may still hold, by the number of the event.</summary>
internal abstract class EventColumn
{
    public static EventColumn Of(DataType type) =>
        type switch
        {
            DataType.Bool => new EventColumn<bool>(Comparer<bool>.Default, v => v ? 1 : 0, v => v ? 1 : 0),
            DataType.Int8 => new EventColumn<sbyte>(Comparer<sbyte>.Default, v => v, v => v),
            DataType.Int16 => new EventColumn<short>(Comparer<short>.Default, v => v, v => v),
            DataType.Int32 => new EventColumn<int>(Comparer<int>.Default, v => v, v => v),
            DataType.Int64 or DataType.Timestamp => new EventColumn<long>(Comparer<long>.Default, v => v, v => v),
            DataType.UInt8 => new EventColumn<byte>(Comparer<byte>.Default, v => v, v => v),
            DataType.UInt16 => new EventColumn<ushort>(Comparer<ushort>.Default, v => v, v => v),
            DataType.UInt32 => new EventColumn<uint>(Comparer<uint>.Default, v => v, v => v),
            DataType.UInt64 => new EventColumn<ulong>(Comparer<ulong>.Default, v => v, v => v),
            DataType.Float32 => new EventColumn<float>(EngineOrder.Singles, v => v, NoInteger),
            DataType.Float64 => new EventColumn<double>(EngineOrder.Doubles, v => v, NoInteger),
            DataType.Uuid => new EventColumn<Guid>(Comparer<Guid>.Default, NoNumber, NoInteger),
            DataType.Bytes => new EventColumn<byte[]>(EngineOrder.Bytes, NoNumber, NoInteger),
            _ => new EventColumn<string>(EngineOrder.Texts, NoNumber, NoInteger),
        };

    /// <summary>Adds the value of the next event.</summary>
    public abstract void Add(DuckDBDataReader reader, int ordinal);

    /// <summary>Forgets all events before one.</summary>
    public abstract void Forget(long before);

    public abstract bool IsNull(long number);

    public abstract double Double(long number);

    public abstract Int128 Integer(long number);

    public abstract int Compare(long left, long right);

    public abstract Array NewTarget(int rows);

    public abstract void CopyTo(long number, Array target, int row);

    private static double NoNumber<T>(T value) => throw new InvalidOperationException($"A {typeof(T).Name} is no number.");

    private static Int128 NoInteger<T>(T value) => throw new InvalidOperationException($"A {typeof(T).Name} is no integer.");
}
