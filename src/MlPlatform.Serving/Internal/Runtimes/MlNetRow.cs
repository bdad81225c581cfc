using Microsoft.ML;
using Microsoft.ML.Data;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>One row of a request's buffer as ML.NET sees it: its getters read the buffer in place.</summary>
/// <remarks>The position must move with each row, because mappers cache by it.</remarks>
internal sealed class MlNetRow(DataViewSchema schema, RequestBuffer buffer) : DataViewRow
{
    private long position = -1;
    private int row;

    public override DataViewSchema Schema { get; } = schema;
    public override long Position => position;
    public override long Batch => 0;

    public void MoveTo(int index)
    {
        row = index;
        position++;
    }

    public override bool IsColumnActive(DataViewSchema.Column column) => true;

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = new((ulong)position, 0);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        var index = buffer.Layout.IndexOf(column.Name);
        if (index < 0)
        {
            // A training-only column, such as the label: the loaded pipeline asks for it, the result does not depend on it.
            return (ref TValue v) => v = default!;
        }
        Delegate getter = buffer.Layout.Columns[index] switch
        {
            { IsText: true } => (ValueGetter<ReadOnlyMemory<char>>)((ref ReadOnlyMemory<char> v) => v = buffer.Text(index, row).AsMemory()),
            { Column.Type: DataType.Bool } => (ValueGetter<bool>)((ref bool v) => v = buffer.Ref<bool>(index, row)),
            { Column.Type: DataType.Float32, Elements: > 1 } => (ValueGetter<VBuffer<float>>)((ref VBuffer<float> v) => Copy(ref v, index)),
            { Column.Type: DataType.Float32 } => (ValueGetter<float>)((ref float v) => v = buffer.Ref<float>(index, row)),
            { Column.Type: DataType.Float64, Elements: > 1 } => (ValueGetter<VBuffer<double>>)(
                (ref VBuffer<double> v) => Copy(ref v, index)
            ),
            { Column.Type: DataType.Float64 } => (ValueGetter<double>)((ref double v) => v = buffer.Ref<double>(index, row)),
            { Column.Type: DataType.Int32 } => (ValueGetter<int>)((ref int v) => v = buffer.Ref<int>(index, row)),
            { Column.Type: DataType.Int64 } => (ValueGetter<long>)((ref long v) => v = buffer.Ref<long>(index, row)),
            var other => throw new InvalidModelPackageException(
                $"Input '{other.Column}' has a type that ML.NET models are not served with."
            ),
        };
        return getter as ValueGetter<TValue>
            ?? throw new InvalidModelPackageException(
                $"Input '{column.Name}' is {column.Type}; the model reads it as {typeof(TValue).Name}."
            );
    }

    private void Copy<T>(ref VBuffer<T> value, int index)
        where T : unmanaged
    {
        var source = buffer.Span<T>(index, row);
        var editor = VBufferEditor.Create(ref value, source.Length);
        source.CopyTo(editor.Values);
        value = editor.Commit();
    }
}
