namespace MlPlatform.Serving.Internal;

/// <summary>The names that a sequence has for dimensions which differ from request to request: of one size are those that are wired to each other, and those that a step calls alike.</summary>
internal sealed class SequenceDimensions
{
    private readonly HashSet<string> taken = new(StringComparer.Ordinal);
    private readonly string[]?[] inputs;
    private readonly string[][][] outputs;

    /// <param name="steps">The steps.</param>
    /// <param name="wires">Where the inputs of each come from.</param>
    /// <param name="count">How many inputs the sequence has.</param>
    public SequenceDimensions(IReadOnlyList<IModelRunner> steps, IReadOnlyList<Wire[]> wires, int count)
    {
        inputs = new string[count][];
        outputs = new string[steps.Count][][];
        for (var step = 0; step < steps.Count; step++)
        {
            var known = new Dictionary<string, string>(StringComparer.Ordinal);
            for (var c = 0; c < wires[step].Length; c++)
            {
                Learn(known, TensorOf(steps[step].Inputs, c), NamesOf(wires[step][c]));
            }

            for (var c = 0; c < wires[step].Length; c++)
            {
                var wire = wires[step][c];
                if (NamesOf(wire) is null)
                {
                    inputs[wire.Column] = Name(TensorOf(steps[step].Inputs, c), s => NewName(known, s, step));
                }
            }

            var layout = steps[step].Outputs;
            outputs[step] = [.. layout.Columns.Select((_, c) => Name(TensorOf(layout, c), s => known.GetValueOrDefault(s, string.Empty)))];
        }

        AreKnown = steps
            .Index()
            .All(s => s.Item.Outputs.Columns.Index().All(c => IsKnown(TensorOf(s.Item.Outputs, c.Index), outputs[s.Index][c.Index])));
    }

    /// <summary>Whether the shapes of all that is computed follow from those of the inputs; else they may differ from row to row.</summary>
    public bool AreKnown { get; }

    /// <summary>The names of an input's dimensions; empty where they have none.</summary>
    public IReadOnlyList<string> OfInput(int column) => inputs[column] ?? [];

    /// <summary>The same of an output of the last step.</summary>
    public IReadOnlyList<string> OfOutput(int column) => outputs[^1][column];

    private string[]? NamesOf(Wire wire) => wire.Step < 0 ? inputs[wire.Column] : outputs[wire.Step][wire.Column];

    private static void Learn(Dictionary<string, string> known, TensorSlot tensor, string[]? source)
    {
        for (var d = 1; d < Math.Min(tensor.Symbols.Count, source?.Length ?? 0); d++)
        {
            if (tensor.Dimensions[d] < 0 && tensor.Symbols[d].Length > 0 && source![d].Length > 0)
            {
                known.TryAdd(tensor.Symbols[d], source[d]);
            }
        }
    }

    private static string[] Name(TensorSlot tensor, Func<string, string> name) =>
        [
            .. tensor.Dimensions.Select(
                (size, d) =>
                    d > 0 && size < 0 && d < tensor.Symbols.Count && tensor.Symbols[d].Length > 0 ? name(tensor.Symbols[d]) : string.Empty
            ),
        ];

    private string NewName(Dictionary<string, string> known, string symbol, int step)
    {
        if (!known.TryGetValue(symbol, out var name))
        {
            known[symbol] = name = taken.Add(symbol) ? symbol : FormattableString.Invariant($"{symbol} of step {step}"); // Members may mean different things by one name.
        }

        return name;
    }

    /// <summary>Every name comes from an input.</summary>
    private static bool IsKnown(TensorSlot tensor, string[] names) =>
        tensor.Dimensions.Index().Skip(1).All(d => d.Item >= 0 || names[d.Index].Length > 0);

    private static TensorSlot TensorOf(BufferLayout layout, int column) => layout.Tensors[layout.Columns[column].Tensor];
}
