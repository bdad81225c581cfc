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

    public static async ValueTask WriteAsync(PipeWriter body, NamedTensor tensor, CancellationToken cancellationToken)
    {
        if (tensor.Type != DataType.String)
        {
            await body.WriteAsync(tensor.Data, cancellationToken).ConfigureAwait(false);
            return;
        }

        var unflushed = 0;
        foreach (var text in tensor.Texts)
        {
            unflushed += Write(body, text ?? string.Empty); // The protocol has no null.
            if (unflushed > Much)
            {
                await body.FlushAsync(cancellationToken).ConfigureAwait(false);
                unflushed = 0;
            }
        }

        await body.FlushAsync(cancellationToken).ConfigureAwait(false);
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
