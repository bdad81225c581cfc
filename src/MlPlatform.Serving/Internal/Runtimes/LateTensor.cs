using System.Runtime.InteropServices;

namespace MlPlatform.Serving.Internal;

/// <summary>An output whose shape only a run tells, in memory of its own.</summary>
internal sealed unsafe class LateTensor : IDisposable
{
    private byte* block;

    public LateTensor(long[] shape, int rows, int size, ReadOnlySpan<byte> data)
        : this(shape, rows)
    {
        Bytes = data.Length;
        Stride = Elements * size;
        block = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(1, data.Length), RequestBuffer.Alignment);
        data.CopyTo(new(block, data.Length));
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
