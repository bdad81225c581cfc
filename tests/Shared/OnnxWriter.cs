using System.Globalization;
using System.Text;

namespace MlPlatform.TestSupport;

/// <summary>Writes the few protobuf messages of small ONNX models: input <c>features</c>, output <c>probability</c>.</summary>
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
        return Model(graph);
    }

    /// <summary>The same, with inputs and outputs of another element type, or of one number of rows only.</summary>
    /// <param name="weights">A weight for each input.</param>
    /// <param name="bias">What is added.</param>
    /// <param name="type">The element type: 1 for float, 10 for float16, 16 for bfloat16.</param>
    /// <param name="batch">The rows that it takes at a time; 0 for any number.</param>
    /// <param name="isOutputOpen">Whether it leaves open, without a name, how many rows it gives.</param>
    public static byte[] Logistic(float[] weights, float bias, int type, int batch, bool isOutputOpen = false)
    {
        byte[] graph =
        [
            .. Cast("features", 1, "x"),
            .. Node("MatMul", ["x", "w"], "xw"),
            .. Node("Add", ["xw", "b"], "z"),
            .. Node("Sigmoid", ["z"], "p"),
            .. Cast("p", type, "probability"),
            .. Text(2, "g"),
            .. Bytes(5, Tensor("w", [weights.Length, 1], weights, false)),
            .. Bytes(5, Tensor("b", [1], [bias], false)),
            .. Bytes(11, Value("features", weights.Length, type, batch)),
            .. Bytes(12, isOutputOpen ? Shaped("probability", type, string.Empty, 1) : Value("probability", 1, type, batch)),
        ];
        return Model(graph);
    }

    /// <summary>
    /// Of <c>tokens</c> (int64) and <c>mask</c> (float), both <c>[n, length]</c>: their product <c>[n, length]</c> as <c>weighted</c>, and the sigmoid of its
    /// mean as <c>probability</c>.
    /// </summary>
    /// <param name="batch">The rows that it takes at a time; 0 for any number.</param>
    public static byte[] Tokens(int batch = 0)
    {
        object rows = batch == 0 ? "n" : batch;
        byte[] graph =
        [
            .. Cast("tokens", 1, "t"),
            .. Node("Mul", ["t", "mask"], "weighted"),
            .. Bytes(1, [.. Text(1, "weighted"), .. Text(2, "mean"), .. Text(4, "ReduceMean"), .. Attribute("axes", 7, [.. Number(8, 1)])]),
            .. Node("Sigmoid", ["mean"], "probability"),
            .. Text(2, "g"),
            .. Bytes(11, Shaped("tokens", 7, rows, "length")),
            .. Bytes(11, Shaped("mask", 1, rows, "length")),
            .. Bytes(12, Shaped("weighted", 1, rows, "length")),
            .. Bytes(12, Shaped("probability", 1, rows, 1)),
        ];
        return Model(graph);
    }

    /// <summary>Of a table the value at each <c>index</c> (int64), as <c>value</c>.</summary>
    public static byte[] Lookup(params float[] table)
    {
        byte[] graph =
        [
            .. Node("Gather", ["table", "index"], "value"),
            .. Text(2, "g"),
            .. Bytes(5, Tensor("table", [table.Length], table, false)),
            .. Bytes(11, Value("index", 1, 7)),
            .. Bytes(12, Value("value", 1)),
        ];
        return Model(graph);
    }

    /// <summary>The negative of <c>picture</c>, <c>[n, 3, height, width]</c>, as <c>negative</c>.</summary>
    public static byte[] Picture()
    {
        byte[] graph =
        [
            .. Node("Neg", ["picture"], "negative"),
            .. Text(2, "g"),
            .. Bytes(11, Shaped("picture", 1, "n", 3, "height", "width")),
            .. Bytes(12, Shaped("negative", 1, "n", 3, "height", "width")),
        ];
        return Model(graph);
    }

    /// <summary>Of one row of <c>picture</c>, <c>[1, width]</c>, where it is not zero: <c>found</c>, <c>[any, 2]</c>, with the column before the row.</summary>
    public static byte[] Find(int width)
    {
        byte[] graph =
        [
            .. Node("NonZero", ["picture"], "places"),
            .. Node("Transpose", ["places"], "pairs"),
            .. Bytes(
                1,
                [
                    .. Text(1, "pairs"),
                    .. Text(1, "columns"),
                    .. Text(2, "found"),
                    .. Text(4, "Gather"),
                    .. Attribute("axis", 2, Number(3, 1)),
                ]
            ),
            .. Text(2, "g"),
            .. Bytes(
                5,
                [
                    .. Number(1, 2),
                    .. Number(2, 7),
                    .. Text(8, "columns"),
                    .. Bytes(9, [.. new long[] { 1, 0 }.SelectMany(BitConverter.GetBytes)]),
                ]
            ),
            .. Bytes(11, Shaped("picture", 1, 1, width)),
            .. Bytes(12, Shaped("found", 7, "any", 2)),
        ];
        return Model(graph);
    }

    /// <summary>A network of dense layers with random weights: relu between them, softmax at the end.</summary>
    public static byte[] Dense(int[] widths, int seed) => Dense(widths, seed, [], "features", Value("features", widths[0]));

    /// <summary>
    /// A network of dense layers over the mean of each row of <c>features</c>, <c>[n, length]</c>; <c>centred</c>, of the same shape, is what is left of a row
    /// without its mean.
    /// </summary>
    /// <param name="widths">The widths of the layers.</param>
    /// <param name="seed">Of the weights.</param>
    /// <param name="batch">The rows that it takes at a time; 0 for any number.</param>
    public static byte[] Pooled(int[] widths, int seed, int batch = 0) =>
        Dense(
            [1, .. widths],
            seed,
            [
                .. Bytes(
                    1,
                    [.. Text(1, "features"), .. Text(2, "mean"), .. Text(4, "ReduceMean"), .. Attribute("axes", 7, [.. Number(8, 1)])]
                ),
                .. Node("Sub", ["features", "mean"], "centred"),
                .. Bytes(12, Shaped("centred", 1, batch == 0 ? "n" : batch, "length")),
            ],
            "mean",
            Shaped("features", 1, batch == 0 ? "n" : batch, "length")
        );

    private static byte[] Dense(int[] widths, int seed, byte[] before, string first, byte[] input)
    {
        var random = new Random(seed);
        var graph = new List<byte>(before);
        var last = first;
        for (var i = 1; i < widths.Length; i++)
        {
            var isLast = i == widths.Length - 1;
            var scale = MathF.Sqrt(2f / widths[i - 1]);
            var weights = Enumerable.Range(0, widths[i - 1] * widths[i]).Select(_ => ((random.NextSingle() * 2) - 1) * scale).ToArray();
            graph.AddRange(Node("MatMul", [last, $"w{i}"], $"m{i}"));
            graph.AddRange(Node("Add", [$"m{i}", $"b{i}"], $"a{i}"));
            last = isLast ? "probability" : $"h{i}";
            graph.AddRange(Node(isLast ? "Softmax" : "Relu", [$"a{i}"], last));
            graph.AddRange(Bytes(5, Tensor($"w{i}", [widths[i - 1], widths[i]], weights, false)));
            graph.AddRange(Bytes(5, Tensor($"b{i}", [widths[i]], new float[widths[i]], false)));
        }

        return Model([.. graph, .. Text(2, "g"), .. Bytes(11, input), .. Bytes(12, Value("probability", widths[^1]))]);
    }

    /// <summary>A sum of complete regression trees with random splits in -1 to 1.</summary>
    public static byte[] Trees(int trees, int depth, int inputs, int seed)
    {
        var random = new Random(seed);
        var (inner, all) = ((1 << depth) - 1, (1 << (depth + 1)) - 1);
        var nodes = Enumerable.Range(0, trees * all).Select(i => (Tree: i / all, Node: i % all)).ToList();
        var leaves = nodes.Where(n => n.Node >= inner).ToList();
        byte[] attributes =
        [
            .. Integers("nodes_treeids", nodes.Select(n => n.Tree)),
            .. Integers("nodes_nodeids", nodes.Select(n => n.Node)),
            .. Integers("nodes_featureids", nodes.Select(_ => random.Next(inputs))),
            .. Floats("nodes_values", nodes.Select(_ => (random.NextSingle() * 2) - 1)),
            .. Texts("nodes_modes", nodes.Select(n => n.Node < inner ? "BRANCH_LEQ" : "LEAF")),
            .. Integers("nodes_truenodeids", nodes.Select(n => n.Node < inner ? (2 * n.Node) + 1 : 0)),
            .. Integers("nodes_falsenodeids", nodes.Select(n => n.Node < inner ? (2 * n.Node) + 2 : 0)),
            .. Integers("target_treeids", leaves.Select(n => n.Tree)),
            .. Integers("target_nodeids", leaves.Select(n => n.Node)),
            .. Integers("target_ids", leaves.Select(_ => 0)),
            .. Floats("target_weights", leaves.Select(_ => random.NextSingle() / trees)),
            .. Attribute("n_targets", 2, [.. Number(3, 1)]),
        ];
        byte[] graph =
        [
            .. Bytes(
                1,
                [
                    .. Text(1, "features"),
                    .. Text(2, "probability"),
                    .. Text(4, "TreeEnsembleRegressor"),
                    .. attributes,
                    .. Text(7, Learning),
                ]
            ),
            .. Text(2, "g"),
            .. Bytes(11, Value("features", inputs)),
            .. Bytes(12, Value("probability", 1)),
        ];
        return [.. Model(graph), .. Bytes(8, [.. Text(1, Learning), .. Number(2, 1)])];
    }

    /// <summary>The logistic function of <c>features</c>, <c>[n, width]</c>, over and over, as <c>probability</c> of the same shape.</summary>
    /// <param name="width">The inputs.</param>
    /// <param name="times">How often.</param>
    public static byte[] Loop(int width, long times)
    {
        byte[] body =
        [
            .. Node("Sigmoid", ["last"], "next"),
            .. Node("Identity", ["goes"], "goes_on"),
            .. Text(2, "body"),
            .. Bytes(11, Shaped("index", 7)),
            .. Bytes(11, Shaped("goes", 9)),
            .. Bytes(11, Shaped("last", 1, "n", width)),
            .. Bytes(12, Shaped("goes_on", 9)),
            .. Bytes(12, Shaped("next", 1, "n", width)),
        ];
        return Model([
            .. Bytes(
                1,
                [
                    .. Text(1, "times"),
                    .. Text(1, "begin"),
                    .. Text(1, "features"),
                    .. Text(2, "probability"),
                    .. Text(4, "Loop"),
                    .. Attribute("body", 5, Bytes(6, body)),
                ]
            ),
            .. Text(2, "g"),
            .. Bytes(5, [.. Number(2, 7), .. Text(8, "times"), .. Bytes(9, BitConverter.GetBytes(times))]),
            .. Bytes(5, [.. Number(2, 9), .. Text(8, "begin"), .. Bytes(9, [1])]),
            .. Bytes(11, Value("features", width)),
            .. Bytes(12, Value("probability", width)),
        ]);
    }

    /// <summary>Copies a float tensor <c>x</c>, or one of the model's own, to <c>y</c>; both of the shape.</summary>
    /// <param name="hasInput">Whether there is an input at all.</param>
    /// <param name="dimensions">Sizes, or names of variable dimensions.</param>
    public static byte[] Copy(bool hasInput, params object[] dimensions) =>
        Model([
            .. Node("Identity", ["x"], "y"),
            .. Text(2, "g"),
            .. Bytes(hasInput ? 11 : 5, hasInput ? Shaped("x", 1, dimensions) : Tensor("x", [1, 1], [1], external: false)),
            .. Bytes(12, Shaped("y", 1, dimensions)),
        ]);

    private const string Learning = "ai.onnx.ml";

    private static byte[] Model(byte[] graph) =>
        [.. Number(1, 8), .. Bytes(7, graph), .. Bytes(8, [.. Text(1, string.Empty), .. Number(2, 13)])];

    private static byte[] Integers(string name, IEnumerable<int> values) =>
        Attribute(name, 7, [.. values.SelectMany(v => Number(8, (ulong)v))]);

    private static byte[] Floats(string name, IEnumerable<float> values) =>
        Attribute(name, 6, [.. values.SelectMany(v => (byte[])[.. Varint((7 << 3) | 5), .. BitConverter.GetBytes(v)])]);

    private static byte[] Texts(string name, IEnumerable<string> values) => Attribute(name, 8, [.. values.SelectMany(v => Text(9, v))]);

    private static byte[] Attribute(string name, ulong type, byte[] value) => Bytes(5, [.. Text(1, name), .. value, .. Number(20, type)]);

    private static byte[] Node(string op, string[] inputs, string output) =>
        Bytes(1, [.. inputs.SelectMany(i => Text(1, i)), .. Text(2, output), .. Text(4, op)]);

    private static byte[] Cast(string input, int type, string output) =>
        Bytes(1, [.. Text(1, input), .. Text(2, output), .. Text(4, "Cast"), .. Attribute("to", 2, [.. Number(3, (ulong)type)])]);

    private static byte[] Tensor(string name, int[] dims, float[] data, bool external)
    {
        byte[] head = [.. dims.SelectMany(d => Number(1, (ulong)d)), .. Number(2, 1), .. Text(8, name)];
        return external
            ? [.. head, .. Bytes(13, [.. Text(1, "location"), .. Text(2, "/etc/passwd")]), .. Number(14, 1)]
            : [.. head, .. Bytes(9, [.. data.SelectMany(BitConverter.GetBytes)])];
    }

    private static byte[] Value(string name, int width, int type = 1, int batch = 0) => Shaped(name, type, batch == 0 ? "n" : batch, width);

    /// <param name="name">Its name.</param>
    /// <param name="type">The element type: 1 for float, 7 for int64.</param>
    /// <param name="dimensions">Sizes, or names of variable dimensions.</param>
    private static byte[] Shaped(string name, int type, params object[] dimensions)
    {
        byte[] shape =
        [
            .. dimensions.SelectMany(d =>
                Bytes(1, d is string symbol ? Text(2, symbol) : Number(1, Convert.ToUInt64(d, CultureInfo.InvariantCulture)))
            ),
        ];
        return [.. Text(1, name), .. Bytes(2, Bytes(1, [.. Number(1, (ulong)type), .. Bytes(2, shape)]))];
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
