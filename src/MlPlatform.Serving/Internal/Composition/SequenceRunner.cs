using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

internal sealed class SequenceRunner : IModelRunner
{
    private readonly IReadOnlyList<IModelRunner> steps;
    private readonly IReadOnlyList<Wire[]> wires;
    private readonly bool[] areLate; // Steps that are given what has a shape only when it is there.
    private readonly bool haveRowsOwnShapes;

    public SequenceRunner(
        IReadOnlyList<DataColumn> inputs,
        IReadOnlyList<DataColumn> outputs,
        IReadOnlyList<IModelRunner> steps,
        IReadOnlyList<Wire[]> wires
    )
    {
        this.steps = steps;
        this.wires = wires;
        var dimensions = new SequenceDimensions(steps, wires, inputs.Count);
        haveRowsOwnShapes = !dimensions.AreKnown;
        Inputs = BufferLayout.OneTensorPerColumn(inputs, dimensions.OfInput);
        Outputs = BufferLayout.OneTensorPerColumn(outputs, dimensions.OfOutput);
        areLate = [.. steps.Select((s, i) => s.Inputs.Columns.Index().Any(c => c.Item.Elements == 0 && wires[i][c.Index].Step >= 0))];
    }

    public BufferLayout Inputs { get; }

    public BufferLayout Outputs { get; }

    public int RowsOfRun => haveRowsOwnShapes && !Outputs.IsVariable ? 1 : 0;

    public IModelProgram Bind(RequestBuffer inputs, RequestBuffer outputs) =>
        RowsOfRun == 1 && inputs.Rows > 1 ? new FixedBatchProgram(this, RowsOfRun, inputs, outputs) : new Program(this, inputs, outputs);

    public void Dispose() { }

    private sealed class Program : IModelProgram
    {
        private readonly SequenceRunner runner;
        private readonly RequestBuffer inputs;
        private readonly RequestBuffer outputs;
        private readonly BoundModel?[] nodes; // Null until the shapes of what a step is given are known.

        public Program(SequenceRunner runner, RequestBuffer inputs, RequestBuffer outputs)
        {
            this.runner = runner;
            this.inputs = inputs;
            this.outputs = outputs;
            nodes = new BoundModel?[runner.steps.Count];
            try
            {
                for (var i = 0; i < nodes.Length; i++)
                {
                    nodes[i] = runner.areLate[i] ? null : BoundModel.Bind(runner.steps[i], inputs.Rows, SourcesOf(i));
                }
            }
            catch
            {
                Dispose();
                throw;
            }
        }

        public long Bytes => nodes.Sum(n => n?.Bytes ?? 0);

        public void Run()
        {
            for (var i = 0; i < nodes.Length; i++)
            {
                var node = runner.areLate[i] ? BindLate(i) : nodes[i]!;
                var wires = runner.wires[i];
                for (var c = 0; c < wires.Length; c++)
                {
                    var (buffer, column) = Source(wires[c]);
                    buffer.CopyColumnTo(node.Inputs, column, c, 0, 0, inputs.Rows);
                }

                node.Run();
            }

            for (var c = 0; c < outputs.Layout.Columns.Count; c++)
            {
                nodes[^1]!.Outputs.CopyColumnTo(outputs, c, c, 0, 0, inputs.Rows);
            }
        }

        public void Dispose()
        {
            foreach (var node in nodes)
            {
                node?.Dispose();
            }
        }

        private BoundModel BindLate(int step)
        {
            var layout = runner.steps[step].Inputs.ShapedAs(SourcesOf(step));
            if (nodes[step] is { } node)
            {
                if (node.Inputs.Layout.HasShapeOf(layout))
                {
                    return node;
                }

                node.Dispose();
                nodes[step] = null;
            }

            return nodes[step] = new(runner.steps[step], inputs.Rows, layout);
        }

        private Func<int, (RequestBuffer Buffer, int Column)> SourcesOf(int step) => column => Source(runner.wires[step][column]);

        private (RequestBuffer Buffer, int Column) Source(Wire wire) => (wire.Step < 0 ? inputs : nodes[wire.Step]!.Outputs, wire.Column);
    }
}
