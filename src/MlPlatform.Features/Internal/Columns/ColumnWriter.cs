using MlPlatform.Core;

namespace MlPlatform.Features.Internal;

/// <summary>Fills a column of a known length row by row.</summary>
internal sealed class ColumnWriter
{
    private readonly DataType type;
    private readonly string where;

    public ColumnWriter(DataColumn column, int rows, string where)
    {
        type = column.Type;
        this.where = where;
        Array values = type switch
        {
            DataType.Bool => new bool[rows],
            DataType.Int32 => new int[rows],
            DataType.Int64 or DataType.Timestamp => new long[rows],
            DataType.Float32 => new float[rows],
            DataType.Float64 => new double[rows],
            DataType.Uuid => new Guid[rows],
            DataType.Bytes => new byte[rows][],
            _ => new string[rows],
        };
        Column = new(column, values, new bool[rows]);
    }

    public FeatureColumn Column { get; }

    /// <summary>Sets a value of the column's type, or of one that widens to it.</summary>
    public void Set(int row, FeatureValue value)
    {
        value = Conversion.To(value, type, where, Column.Column.Name);
        if (value.IsNull)
        {
            Column.Nulls[row] = true;
            return;
        }

        switch (type)
        {
            case DataType.Bool:
                ((bool[])Column.Values)[row] = value.ToInt64() != 0;
                break;
            case DataType.Int32:
                ((int[])Column.Values)[row] = (int)value.ToInt64();
                break;
            case DataType.Int64 or DataType.Timestamp:
                ((long[])Column.Values)[row] = value.ToInt64();
                break;
            case DataType.Float32:
                ((float[])Column.Values)[row] = (float)value.ToDouble();
                break;
            case DataType.Float64:
                ((double[])Column.Values)[row] = value.ToDouble();
                break;
            case DataType.Uuid:
                ((Guid[])Column.Values)[row] = (Guid)value.ToObject()!;
                break;
            case DataType.Bytes:
                ((byte[][])Column.Values)[row] = value.AsBytes()!;
                break;
            default:
                ((string[])Column.Values)[row] = value.AsString()!;
                break;
        }
    }
}
