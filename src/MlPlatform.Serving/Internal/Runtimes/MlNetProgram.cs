using Microsoft.ML;
using Microsoft.ML.Data;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>A mapper over one pair of buffers, with its getters made once: what a prediction engine does, without its objects and reflection.</summary>
internal sealed class MlNetProgram : IModelProgram
{
    private readonly MlNetRow row;
    private readonly RequestBuffer outputs;
    private readonly int rows;
    private readonly DataViewRow result;
    private readonly Action<int>[] writers;

    public MlNetProgram(IRowToRowMapper mapper, MlNetRow row, RequestBuffer outputs, int rows)
    {
        this.row = row;
        this.outputs = outputs;
        this.rows = rows;
        var columns = outputs.Layout.Columns.Select(c => Find(mapper.OutputSchema, c.Column)).ToList();
        result = mapper.GetRow(row, columns);
        writers = [.. columns.Select((_, i) => Writer(i))];
    }

    public void Run()
    {
        for (var i = 0; i < rows; i++)
        {
            row.MoveTo(i);
            foreach (var writer in writers)
            {
                writer(i);
            }
        }
    }

    public void Dispose()
    {
        result.Dispose();
        row.Dispose();
    }

    private static DataViewSchema.Column Find(DataViewSchema schema, DataColumn column) =>
        schema.GetColumnOrNull(column.Name)
        ?? throw new InvalidModelPackageException(
            $"output '{column}': the model has no such output; it has {string.Join(", ", schema.Where(c => !c.IsHidden).Select(c => c.Name))}."
        );

    private Action<int> Writer(int index)
    {
        var slot = outputs.Layout.Columns[index];
        var column = result.Schema[slot.Column.Name];
        return (slot.Column.Type, slot.Elements) switch
        {
            (DataType.Float32, > 1) => Vector<float>(column, index),
            (DataType.Float64, > 1) => Vector<double>(column, index),
            (_, > 1) => throw Mismatch(slot.Column, column),
            (DataType.Float32, _) => Scalar<float>(column, index),
            (DataType.Float64, _) => Scalar<double>(column, index),
            (DataType.Bool, _) => Scalar<bool>(column, index),
            (DataType.Int32, _) => Scalar<int>(column, index),
            (DataType.Int64, _) => Scalar<long>(column, index),
            (DataType.UInt32, _) => Scalar<uint>(column, index),
            (DataType.String, _) => Text(column, index),
            _ => throw Mismatch(slot.Column, column),
        };
    }

    private Action<int> Scalar<T>(DataViewSchema.Column column, int index)
        where T : unmanaged
    {
        if (column.Type.RawType != typeof(T))
        {
            throw Mismatch(outputs.Layout.Columns[index].Column, column);
        }
        var getter = result.GetGetter<T>(column);
        return i => getter(ref outputs.Ref<T>(index, i));
    }

    private Action<int> Vector<T>(DataViewSchema.Column column, int index)
        where T : unmanaged
    {
        if (column.Type.RawType != typeof(VBuffer<T>))
        {
            throw Mismatch(outputs.Layout.Columns[index].Column, column);
        }
        var getter = result.GetGetter<VBuffer<T>>(column);
        VBuffer<T> value = default;
        return i =>
        {
            getter(ref value);
            var target = outputs.Span<T>(index, i);
            if (value.Length != target.Length)
            {
                throw new InvalidOperationException(
                    $"Output '{column.Name}' has {value.Length} elements; the signature says {target.Length}."
                );
            }
            value.CopyTo(target);
        };
    }

    private Action<int> Text(DataViewSchema.Column column, int index)
    {
        if (column.Type.RawType != typeof(ReadOnlyMemory<char>))
        {
            throw Mismatch(outputs.Layout.Columns[index].Column, column);
        }
        var getter = result.GetGetter<ReadOnlyMemory<char>>(column);
        ReadOnlyMemory<char> value = default;
        return i =>
        {
            getter(ref value);
            outputs.Text(index, i) = value.ToString();
        };
    }

    private static InvalidModelPackageException Mismatch(DataColumn expected, DataViewSchema.Column actual) =>
        new($"output '{expected}': the model has {actual.Type}.");
}
