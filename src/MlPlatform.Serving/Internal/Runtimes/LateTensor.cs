using System.Runtime.InteropServices;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>An output whose shape only a run tells, in memory of its own.</summary>
internal sealed unsafe class LateTensor : IDisposable
{
    private byte* block;

    public LateTensor(long[] shape, int rows, int size, ReadOnlySpan<byte> data)
        : this(shape, rows, size, data.Length) => data.CopyTo(new(block, data.Length));

    private LateTensor(long[] shape, int rows, int size, int bytes)
        : this(shape, rows)
    {
        Bytes = bytes;
        Stride = Elements * size;
        block = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(1, bytes), RequestBuffer.Alignment);
    }

    public LateTensor(long[] shape, int rows, string?[] texts)
        : this(shape, rows) => Texts = texts;

    private LateTensor(long[] shape, int rows)
    {
        Shape = shape;
        var count = checked((int)NamedTensor.CountOf(shape));
        Elements = rows > 0 && count % rows == 0 ? count / rows : 0;
    }

    ~LateTensor() => Free();

    public long[] Shape { get; }

    /// <summary>Elements of a row of the request; 0 where they are not for its rows.</summary>
    public int Elements { get; }

    /// <summary>Bytes of a row.</summary>
    public int Stride { get; }

    public int Bytes { get; }

    public nint Address => (nint)block;

    public string?[]? Texts { get; }

    /// <summary>Room for so many elements in each row, to be written.</summary>
    public static LateTensor OfRows(int rows, int elements, int size) => new([rows, elements], rows, size, checked(rows * elements * size));

    /// <summary>Some of its rows.</summary>
    /// <exception cref="InvalidOperationException">It has not as many as the request.</exception>
    public LateTensor Slice(int from, int rows, int all, DataType type)
    {
        if (Shape is not [var own, ..] || own != all)
        {
            throw new InvalidOperationException($"The model gives [{string.Join(',', Shape)}] for {all} rows.");
        }

        long[] shape = [rows, .. Shape[1..]];
        return Texts is { } texts
            ? new(shape, rows, texts[(from * Elements)..((from + rows) * Elements)])
            : new(shape, rows, ElementTypes.SizeOf(type), new ReadOnlySpan<byte>(block, Bytes).Slice(from * Stride, rows * Stride));
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.AlignedFree(block);
        block = null;
    }
}
