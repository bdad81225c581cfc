using System.Text;

namespace MlPlatform.TestSupport;

/// <summary>Writes the few protobuf messages of a tiny ONNX model: y = sigmoid(x * w + b).</summary>
internal static class OnnxWriter
{
    public static byte[] Logistic(float[] weights, float bias, bool external = false)
    {
        byte[] graph =
        [
            .. Node("MatMul", ["features", "w"], "xw"),
            .. Node("Add", ["xw", "b"], "z"),
            .. Node("Sigmoid", ["z"], "probability"),
            .. Text(2, "g"),
            .. Bytes(5, Tensor("w", [weights.Length, 1], weights, external)),
            .. Bytes(5, Tensor("b", [1], [bias], false)),
            .. Bytes(11, Value("features", weights.Length)),
            .. Bytes(12, Value("probability", 1)),
        ];
        return [.. Number(1, 8), .. Bytes(7, graph), .. Bytes(8, [.. Text(1, string.Empty), .. Number(2, 13)])];
    }

    private static byte[] Node(string op, string[] inputs, string output) =>
        Bytes(1, [.. inputs.SelectMany(i => Text(1, i)), .. Text(2, output), .. Text(4, op)]);

    private static byte[] Tensor(string name, int[] dims, float[] data, bool external)
    {
        byte[] head = [.. dims.SelectMany(d => Number(1, (ulong)d)), .. Number(2, 1), .. Text(8, name)];
        return external
            ? [.. head, .. Bytes(13, [.. Text(1, "location"), .. Text(2, "/etc/passwd")]), .. Number(14, 1)]
            : [.. head, .. Bytes(9, [.. data.SelectMany(BitConverter.GetBytes)])];
    }

    private static byte[] Value(string name, int width)
    {
        byte[] shape = [.. Bytes(1, Text(2, "n")), .. Bytes(1, Number(1, (ulong)width))];
        return [.. Text(1, name), .. Bytes(2, Bytes(1, [.. Number(1, 1), .. Bytes(2, shape)]))];
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
