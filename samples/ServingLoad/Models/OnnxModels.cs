namespace ServingLoad;

/// <summary>The models of the test. All but the heavy one say in their answers which version they are: the score's thousands are its number.</summary>
internal static class OnnxModels
{
    /// <summary>Numbers in a row; the first is the zone.</summary>
    public const int Inputs = 8;

    /// <summary>Zones that callers ask about, from 0.</summary>
    public const int Zones = 20;

    /// <summary>Numbers in a row of the heavy model.</summary>
    public const int HeavyInputs = 256;

    private const int KnownZones = 16;
    private const int SlowWidth = 2048;
    private const int HeavyWidth = 2048;

    /// <summary>The version that a score comes from.</summary>
    public static int VersionOf(double score) => (int)Math.Floor(score / 1000);

    /// <summary>The sum of a row.</summary>
    public static byte[] Good(int version) => Sum(version, "score").Write(Inputs);

    /// <summary>The same with a correction for each zone; those that its table does not have are an error.</summary>
    public static byte[] Failing(int version) =>
        Sum(version, "sum")
            .Tensor("first", [Inputs, 1], [1, .. new float[Inputs - 1]])
            .Node("MatMul", ["features", "first"], "number")
            .ToWhole("number", "zone")
            .Tensor("table", [KnownZones], new float[KnownZones])
            .Node("Gather", ["table", "zone"], "correction")
            .Node("Add", ["sum", "correction"], "score")
            .Write(Inputs);

    /// <summary>The same with a correction that takes milliseconds.</summary>
    public static byte[] Slow(int version) =>
        Dense(Sum(version, "sum"), [Inputs, SlowWidth, SlowWidth, SlowWidth, 1], "correction")
            .Node("Add", ["sum", "correction"], "score")
            .Write(Inputs);

    /// <summary>A network so wide that a request of some rows takes milliseconds.</summary>
    public static byte[] Heavy() => Dense(new(), [HeavyInputs, HeavyWidth, HeavyWidth, 1], "score").Write(HeavyInputs);

    private static OnnxGraph Sum(int version, string output) =>
        new OnnxGraph()
            .Tensor("ones", [Inputs, 1], [.. Enumerable.Repeat(1f, Inputs)])
            .Tensor("bias", [1], [1000f * version])
            .Node("MatMul", ["features", "ones"], "total")
            .Node("Add", ["total", "bias"], output);

    /// <summary>Layers of small random weights with relu between them. What comes out is far below 1.</summary>
    private static OnnxGraph Dense(OnnxGraph graph, int[] widths, string output)
    {
        var random = new Random(1);
        var last = "features";
        for (var i = 1; i < widths.Length; i++)
        {
            var isLast = i == widths.Length - 1;
            var scale = isLast ? 1e-6f : 1 / MathF.Sqrt(widths[i - 1]);
            var weights = new float[widths[i - 1] * widths[i]];
            for (var j = 0; j < weights.Length; j++)
            {
                weights[j] = random.NextSingle() * scale;
            }

            var product = isLast ? output : $"product{i}";
            graph.Tensor($"weights{i}", [widths[i - 1], widths[i]], weights).Node("MatMul", [last, $"weights{i}"], product);
            if (!isLast)
            {
                graph.Node("Relu", [product], last = $"layer{i}");
            }
        }

        return graph;
    }
}
