using DuckDB.NET.Data;

namespace MlPlatform.Features.DuckDb.Internal;

/// <inheritdoc/>
internal sealed class EventColumn<T>(IComparer<T> order, Func<T, double> toDouble, Func<T, Int128> toInteger) : EventColumn
{
    private T[] values = new T[256];
    private bool[] nulls = new bool[256];
    private long first;
    private int count;

    public T this[long number] => values[number - first];

    public override void Add(DuckDBDataReader reader, int ordinal)
    {
        if (count == values.Length)
        {
            Array.Resize(ref values, count * 2);
            Array.Resize(ref nulls, count * 2);
        }

        nulls[count] = reader.IsDBNull(ordinal);
        values[count] = nulls[count] ? default! : ResultReader.Value<T>(reader, ordinal);
        count++;
    }

    public override void Forget(long before)
    {
        var gone = (int)(before - first);
        values.AsSpan(gone, count - gone).CopyTo(values);
        nulls.AsSpan(gone, count - gone).CopyTo(nulls);
        (first, count) = (before, count - gone);
    }

    public override bool IsNull(long number) => nulls[number - first];

    public override double Double(long number) => toDouble(values[number - first]);

    public override Int128 Integer(long number) => toInteger(values[number - first]);

    public override int Compare(long left, long right) => order.Compare(values[left - first], values[right - first]);

    public override Array NewTarget(int rows) => new T[rows];

    public override void CopyTo(long number, Array target, int row) => ((T[])target)[row] = values[number - first];
}
