using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace ServingLoad;

/// <summary>Writes the few protobuf messages of an ONNX model with the input <c>features</c> and the output <c>score</c>, so that the sample needs no file.</summary>
internal sealed class OnnxGraph
{
    private const int Float32 = 1;
    private const int Int64 = 7;
    private const int IrVersion = 8;
    private const int Opset = 13;
    private readonly ArrayBufferWriter<byte> graph = new();

    public OnnxGraph Node(string op, string[] inputs, string output)
    {
        graph.Write(Bytes(1, Head(op, inputs, output)));
        return this;
    }

    /// <summary>Cuts numbers down to whole ones.</summary>
    public OnnxGraph ToWhole(string input, string output)
    {
        byte[] type = [.. Text(1, "to"), .. Number(3, Int64), .. Number(20, 2)];
        graph.Write(Bytes(1, [.. Head("Cast", [input], output), .. Bytes(5, type)]));
        return this;
    }

    public OnnxGraph Tensor(string name, int[] shape, float[] values)
    {
        byte[] head = [.. shape.SelectMany(d => Number(1, (ulong)d)), .. Number(2, Float32), .. Text(8, name)];
        graph.Write(Bytes(5, [.. head, .. Bytes(9, MemoryMarshal.AsBytes<float>(values).ToArray())]));
        return this;
    }

    /// <summary>The file.</summary>
    /// <param name="inputs">Numbers in a row of <c>features</c>.</param>
    public byte[] Write(int inputs)
    {
        graph.Write([.. Text(2, "g"), .. Bytes(11, Value("features", inputs)), .. Bytes(12, Value("score", 1))]);
        byte[] opset = [.. Text(1, ""), .. Number(2, Opset)];
        return [.. Number(1, IrVersion), .. Bytes(7, graph.WrittenSpan.ToArray()), .. Bytes(8, opset)];
    }

    private static byte[] Head(string op, string[] inputs, string output) =>
        [.. inputs.SelectMany(i => Text(1, i)), .. Text(2, output), .. Text(4, op)];

    private static byte[] Value(string name, int width)
    {
        byte[] shape = [.. Bytes(1, Text(2, "n")), .. Bytes(1, Number(1, (ulong)width))];
        return [.. Text(1, name), .. Bytes(2, Bytes(1, [.. Number(1, Float32), .. Bytes(2, shape)]))];
    }

    private static byte[] Number(int field, ulong value) => [.. Varint((ulong)field << 3), .. Varint(value)];

    private static byte[] Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    private static byte[] Bytes(int field, byte[] value) => [.. Varint(((ulong)field << 3) | 2), .. Varint((ulong)value.Length), .. value];

    private static IEnumerable<byte> Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            yield return (byte)(value | 0x80);
        }

        yield return (byte)value;
    }
}
