using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Text;
using MlPlatform.Core;
using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Writes tensors as bytes.</summary>
internal static class BinaryTensorOutput
{
    private const int Much = 64 << 10;

    public static long SizeOf(NamedTensor tensor)
    {
        if (tensor.Type != DataType.String)
        {
            return tensor.Data.Length;
        }

        var size = 0L;
        foreach (var text in tensor.Texts)
        {
            size += sizeof(uint) + Encoding.UTF8.GetByteCount(text ?? string.Empty);
        }

        return size;
    }

    /// <summary>Writes a tensor into memory, together with what is there already, or to the caller what is much.</summary>
    public static async ValueTask WriteAsync(
        PipeWriter body,
        ArrayBufferWriter<byte> memory,
        NamedTensor tensor,
        CancellationToken cancellationToken
    )
    {
        if (tensor.Data.Length + memory.WrittenCount > Much)
        {
            await FlushAsync(body, memory, cancellationToken).ConfigureAwait(false);
            await body.WriteAsync(tensor.Data, cancellationToken).ConfigureAwait(false);
            return;
        }

        memory.Write(tensor.Data.Span);
        foreach (var text in tensor.Texts)
        {
            Write(memory, text ?? string.Empty); // The protocol has no null.
            if (memory.WrittenCount > Much)
            {
                await FlushAsync(body, memory, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static async ValueTask FlushAsync(PipeWriter body, ArrayBufferWriter<byte> memory, CancellationToken cancellationToken)
    {
        await body.WriteAsync(memory.WrittenMemory, cancellationToken).ConfigureAwait(false);
        memory.ResetWrittenCount();
    }

    public static int Write(IBufferWriter<byte> body, string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        var span = body.GetSpan(sizeof(uint) + length);
        BinaryPrimitives.WriteUInt32LittleEndian(span, (uint)length);
        Encoding.UTF8.GetBytes(text, span[sizeof(uint)..]);
        body.Advance(sizeof(uint) + length);
        return sizeof(uint) + length;
    }
}
