using System.Buffers.Binary;
using System.Text;
using MlPlatform.Core;
using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Tensors that came as bytes. Numbers stay where they are.</summary>
internal static class BinaryTensorData
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static NamedTensor Read(string name, DataType type, long[] shape, int count, ReadOnlyMemory<byte> data, object owner)
    {
        if (type == DataType.String)
        {
            return new(name, shape, ReadTexts(data.Span, count, owner));
        }

        var size = NamedTensor.SizeOf(type);
        if (data.Length != (long)count * size)
        {
            throw MlflowException.InvalidParameter(
                $"{owner}: {count} elements of {Datatypes.NameOf(type)} take {(long)count * size} bytes; {data.Length} were sent."
            );
        }

        if (type == DataType.Bool && data.Span.IndexOfAnyExceptInRange((byte)0, (byte)1) is >= 0 and var index)
        {
            throw MlflowException.InvalidParameter($"{owner}: element {index}, the byte {data.Span[index]}, is not a value of BOOL.");
        }

        return new(name, type, shape, data);
    }

    /// <summary>Texts that each came as bytes of their own.</summary>
    public static string?[] ReadTexts(IReadOnlyList<ReadOnlyMemory<byte>> elements, object owner)
    {
        var texts = new string?[elements.Count];
        for (var i = 0; i < texts.Length; i++)
        {
            texts[i] = Decode(elements[i].Span, i, owner);
        }

        return texts;
    }

    private static string?[] ReadTexts(ReadOnlySpan<byte> data, int count, object owner)
    {
        if (count > data.Length / sizeof(uint))
        {
            throw MlflowException.InvalidParameter($"{owner}: {data.Length} bytes cannot hold {count} elements of BYTES.");
        }

        var texts = new string?[count];
        for (var i = 0; i < count; i++)
        {
            if (!BinaryPrimitives.TryReadUInt32LittleEndian(data, out var length) || length > data.Length - sizeof(uint))
            {
                throw MlflowException.InvalidParameter($"{owner}: element {i} goes beyond the end of its bytes.");
            }

            texts[i] = Decode(data.Slice(sizeof(uint), (int)length), i, owner);
            data = data[(sizeof(uint) + (int)length)..];
        }

        return data.IsEmpty
            ? texts
            : throw MlflowException.InvalidParameter($"{owner}: {data.Length} bytes follow the last of its {count} elements.");
    }

    private static string Decode(ReadOnlySpan<byte> bytes, int index, object owner)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw MlflowException.InvalidParameter($"{owner}: element {index} is not valid UTF-8, and models here take text.");
        }
    }
}
