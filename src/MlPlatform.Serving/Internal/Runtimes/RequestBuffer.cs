using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>The memory of one side of a request: numbers in one aligned native block, texts in arrays.</summary>
/// <remarks>Native, because a runtime keeps the addresses for as long as its bindings live. Not thread-safe.</remarks>
internal sealed unsafe class RequestBuffer : IDisposable
{
    public const nuint Alignment = 64;
    private readonly Place[] columns;
    private readonly string?[]?[] texts;
    private readonly LateTensor?[]? late;
    private byte* block;

    public RequestBuffer(BufferLayout layout, int rows)
    {
        Layout = layout;
        Rows = rows;
        var offsets = new nuint[layout.Tensors.Count];
        nuint total = 0;
        texts = new string?[layout.Tensors.Count][];
        for (var i = 0; i < offsets.Length; i++)
        {
            var tensor = layout.Tensors[i];
            offsets[i] = total;
            if (tensor.Type == DataType.String)
            {
                texts[i] = new string?[checked(rows * tensor.Elements)];
                continue;
            }
            var size = checked((nuint)rows * (nuint)tensor.Elements * (nuint)ElementTypes.SizeOf(tensor.Type));
            total = checked((total + size + Alignment - 1) / Alignment * Alignment);
        }
        Bytes = (long)total;
        block = (byte*)NativeMemory.AlignedAlloc(total == 0 ? Alignment : total, Alignment);
        NativeMemory.Clear(block, total);
        Tensors = new nint[offsets.Length];
        for (var i = 0; i < offsets.Length; i++)
        {
            Tensors[i] = (nint)(block + offsets[i]);
        }
        late = layout.IsVariable ? new LateTensor?[offsets.Length] : null;
        columns = new Place[layout.Columns.Count];
        for (var i = 0; i < columns.Length; i++)
        {
            var column = layout.Columns[i];
            if (column.IsText)
            {
                columns[i] = new(null, 0, column.Column.Type);
            }
            else
            {
                var size = ElementTypes.SizeOf(column.Column.Type);
                columns[i] = new(
                    (byte*)Tensors[column.Tensor] + (column.Offset * size),
                    layout.Tensors[column.Tensor].Elements * size,
                    column.Column.Type
                );
            }
        }
    }

    ~RequestBuffer() => Free();

    public BufferLayout Layout { get; }
    public int Rows { get; }
    public long Bytes { get; }

    /// <summary>Bytes of what runs have made of tensors whose shape was open.</summary>
    public long LateBytes => late?.Sum(l => (long)(l?.Bytes ?? 0)) ?? 0;

    /// <summary>Whether what runs have made has as many rows as the request.</summary>
    public bool IsByRow => late?.All(l => l is null || (l.Shape is [var rows, ..] && rows == Rows)) ?? true;

    /// <summary>The address of each tensor.</summary>
    public nint[] Tensors { get; }

    /// <summary>The shape of a tensor.</summary>
    public long[] ShapeOf(int tensor)
    {
        if (late?[tensor] is { } value)
        {
            return value.Shape;
        }

        var shape = (long[])Layout.Tensors[tensor].Dimensions.Clone();
        if (shape is [< 0, ..])
        {
            shape[0] = Rows;
        }

        return shape;
    }

    /// <summary>The elements of a row of a column.</summary>
    public int ElementsOf(int column)
    {
        var slot = Layout.Columns[column];
        return slot.Elements > 0 ? slot.Elements : late?[slot.Tensor]?.Elements ?? 0;
    }

    /// <summary>Takes what a run has made of a tensor whose shape was open; what was there is gone.</summary>
    public void SetLate(int tensor, LateTensor value)
    {
        late![tensor]?.Dispose();
        late[tensor] = value;
        texts[tensor] = value.Texts;
        Tensors[tensor] = value.Address;
        for (var i = 0; i < columns.Length; i++)
        {
            if (Layout.Columns[i].Tensor == tensor)
            {
                columns[i] = new((byte*)value.Address, value.Stride, Layout.Tensors[tensor].Type);
            }
        }
    }

    /// <summary>The memory of a tensor of numbers, row-major.</summary>
    public Span<byte> BytesOf(int tensor) =>
        late?[tensor] is { } value
            ? new((byte*)value.Address, value.Bytes)
            : new(
                (byte*)Tensors[tensor],
                checked(Rows * Layout.Tensors[tensor].Elements * ElementTypes.SizeOf(Layout.Tensors[tensor].Type))
            );

    /// <summary>The texts of a tensor, row-major.</summary>
    public string?[] Texts(int tensor) => texts[tensor]!;

    /// <summary>A column's first element in a row. The caller has checked the type and the row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref T Ref<T>(int column, int row)
        where T : unmanaged => ref *(T*)columns[column].At(row);

    /// <summary>What <see cref="Ref{T}"/> refers to; compiled expressions cannot take references.</summary>
    public T Get<T>(int column, int row)
        where T : unmanaged => Ref<T>(column, row);

    public void Set<T>(int column, int row, T value)
        where T : unmanaged => Ref<T>(column, row) = value;

    public string? GetText(int column, int row) => Text(column, row);

    public void SetText(int column, int row, string? value) => Text(column, row) = value;

    public T[] GetArray<T>(int column, int row)
        where T : unmanaged => Span<T>(column, row).ToArray();

    public void SetArray<T>(int column, int row, T[]? value)
        where T : unmanaged
    {
        if (value is not null && Layout.Columns[column].Elements == 0)
        {
            Open(column, row, value.Length, sizeof(T));
        }

        var target = Span<T>(column, row);
        if (value is null || value.Length != target.Length)
        {
            throw new PredictionInputException(
                $"Column '{Layout.Columns[column].Column.Name}' takes {target.Length} elements; {value?.Length ?? 0} were given."
            );
        }
        value.CopyTo(target);
    }

    /// <summary>The first row says how many elements all have.</summary>
    private void Open(int column, int row, int length, int size)
    {
        var slot = Layout.Columns[column];
        if (row == 0 && (late![slot.Tensor] is not { } made || made.Elements != length))
        {
            SetLate(slot.Tensor, LateTensor.OfRows(Rows, length, size));
        }
        else if (ElementsOf(column) is var first && first != length)
        {
            throw new PredictionInputException(
                $"'{slot.Column.Name}' has {first} elements in the first row of the request and {length} in row {row}; ask for rows of one length, or for one at a time."
            );
        }
    }

    public Span<T> Span<T>(int column, int row)
        where T : unmanaged => new(columns[column].At(row), ElementsOf(column));

    public ref string? Text(int column, int row, int element = 0)
    {
        var slot = Layout.Columns[column];
        var elements = late?[slot.Tensor]?.Elements ?? Layout.Tensors[slot.Tensor].Elements;
        return ref texts[slot.Tensor]![(row * elements) + slot.Offset + element];
    }

    /// <summary>Writes a number converted to the column's type; NaN becomes 0 where the type has no NaN.</summary>
    public void SetNumber(int column, int row, int element, double value)
    {
        ref readonly var place = ref columns[column];
        var at = place.At(row);
        switch (place.Type)
        {
            case DataType.Float16:
                ((Half*)at)[element] = (Half)value;
                break;
            case DataType.BFloat16:
                ((BFloat16*)at)[element] = (BFloat16)(float)value;
                break;
            case DataType.Float32:
                ((float*)at)[element] = (float)value;
                break;
            case DataType.Float64:
                ((double*)at)[element] = value;
                break;
            case DataType.Bool:
                at[element] = value is 0 or double.NaN ? (byte)0 : (byte)1;
                break;
            case DataType.Int8:
                ((sbyte*)at)[element] = sbyte.CreateSaturating(value);
                break;
            case DataType.UInt8:
                at[element] = byte.CreateSaturating(value);
                break;
            case DataType.Int16:
                ((short*)at)[element] = short.CreateSaturating(value);
                break;
            case DataType.UInt16:
                ((ushort*)at)[element] = ushort.CreateSaturating(value);
                break;
            case DataType.Int32:
                ((int*)at)[element] = int.CreateSaturating(value);
                break;
            case DataType.UInt32:
                ((uint*)at)[element] = uint.CreateSaturating(value);
                break;
            case DataType.Int64 or DataType.Timestamp:
                ((long*)at)[element] = long.CreateSaturating(value);
                break;
            case DataType.UInt64:
                ((ulong*)at)[element] = ulong.CreateSaturating(value);
                break;
            default:
                throw new ArgumentException($"Column '{Layout.Columns[column].Column.Name}' is not numeric.", nameof(column));
        }
    }

    public double GetNumber(int column, int row, int element)
    {
        ref readonly var place = ref columns[column];
        var at = place.At(row);
        return place.Type switch
        {
            DataType.Float16 => (double)((Half*)at)[element],
            DataType.BFloat16 => (float)((BFloat16*)at)[element],
            DataType.Float32 => ((float*)at)[element],
            DataType.Float64 => ((double*)at)[element],
            DataType.Bool => at[element] == 0 ? 0 : 1,
            DataType.Int8 => ((sbyte*)at)[element],
            DataType.UInt8 => at[element],
            DataType.Int16 => ((short*)at)[element],
            DataType.UInt16 => ((ushort*)at)[element],
            DataType.Int32 => ((int*)at)[element],
            DataType.UInt32 => ((uint*)at)[element],
            DataType.Int64 or DataType.Timestamp => ((long*)at)[element],
            DataType.UInt64 => ((ulong*)at)[element],
            _ => double.NaN,
        };
    }

    /// <summary>Copies rows of a column to a column of the same type, wherever that lies in its buffer; to one whose shape is open, all rows.</summary>
    /// <exception cref="InvalidOperationException">A run has made another shape than the column has.</exception>
    public void CopyColumnTo(RequestBuffer other, int column, int otherColumn, int from, int to, int rows)
    {
        var slot = Layout.Columns[column];
        var target = other.Layout.Columns[otherColumn];
        if (target.Elements == 0 && late?[slot.Tensor] is { } made)
        {
            other.SetLate(target.Tensor, made.Slice(from, rows, Rows, slot.Column.Type));
            return;
        }

        var elements = Require(column, target);
        if (slot.IsText)
        {
            for (var row = 0; row < rows; row++)
            {
                for (var e = 0; e < elements; e++)
                {
                    other.Text(otherColumn, to + row, e) = Text(column, from + row, e);
                }
            }

            return;
        }

        var size = (nuint)elements * (nuint)ElementTypes.SizeOf(slot.Column.Type);
        var (source, sink) = (columns[column], other.columns[otherColumn]);
        if (source.Stride == (int)size && sink.Stride == (int)size)
        {
            NativeMemory.Copy(source.At(from), sink.At(to), (nuint)rows * size);
            return;
        }

        for (var row = 0; row < rows; row++)
        {
            NativeMemory.Copy(source.At(from + row), sink.At(to + row), size);
        }
    }

    /// <summary>The elements of a row of a column, which are as many as another column has.</summary>
    /// <exception cref="InvalidOperationException">A run has made another shape.</exception>
    public int Require(int column, ColumnSlot like)
    {
        var elements = ElementsOf(column);
        return elements == like.Elements
            ? elements
            : throw new InvalidOperationException(
                $"'{Layout.Columns[column].Column.Name}' has the shape [{string.Join(',', ShapeOf(Layout.Columns[column].Tensor))}] for {Rows} rows; '{like.Column}' has {like.Elements} elements in each."
            );
    }

    /// <summary>Whether two columns of the same type and elements hold the same in a row.</summary>
    public bool IsEqual(int column, RequestBuffer other, int otherColumn, int row)
    {
        var slot = Layout.Columns[column];
        if (!slot.IsText)
        {
            var size = slot.Elements * ElementTypes.SizeOf(slot.Column.Type);
            return new ReadOnlySpan<byte>(columns[column].At(row), size).SequenceEqual(
                new ReadOnlySpan<byte>(other.columns[otherColumn].At(row), size)
            );
        }

        for (var e = 0; e < slot.Elements; e++)
        {
            if (!string.Equals(Text(column, row, e), other.Text(otherColumn, row, e), StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Copies rows to another buffer of the same layout; where a run has made their shape, to one of just so many rows.</summary>
    public void CopyRowsTo(RequestBuffer other, int from, int to, int rows)
    {
        for (var i = 0; i < texts.Length; i++)
        {
            if (late?[i] is { } made)
            {
                other.SetLate(i, made.Slice(from, rows, Rows, Layout.Tensors[i].Type));
                continue;
            }

            var elements = Layout.Tensors[i].Elements;
            if (texts[i] is { } own)
            {
                Array.Copy(own, from * elements, other.texts[i]!, to * elements, rows * elements);
                continue;
            }

            var size = (nuint)elements * (nuint)ElementTypes.SizeOf(Layout.Tensors[i].Type);
            NativeMemory.Copy((byte*)Tensors[i] + ((nuint)from * size), (byte*)other.Tensors[i] + ((nuint)to * size), (nuint)rows * size);
        }
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        foreach (var value in late ?? [])
        {
            value?.Dispose(); // Also from the finalizer: what it does there is the same as that of its own.
        }

        NativeMemory.AlignedFree(block);
        block = null;
    }

    /// <summary>Where a column of numbers begins, and how far its rows lie apart.</summary>
    private readonly struct Place(byte* start, int stride, DataType type)
    {
        public int Stride => stride;

        public DataType Type => type;

        public byte* At(int row) => start + ((nint)row * stride);
    }
}
