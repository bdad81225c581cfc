using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

internal sealed class SequenceRunner(
    IReadOnlyList<DataColumn> inputs,
    IReadOnlyList<DataColumn> outputs,
    IReadOnlyList<IModelRunner> steps,
    IReadOnlyList<Wire[]> wires
) : IModelRunner
{
    public BufferLayout Inputs { get; } = BufferLayout.OneTensorPerColumn(inputs);

    public BufferLayout Outputs { get; } = BufferLayout.OneTensorPerColumn(outputs);

    public IModelProgram Bind(RequestBuffer inputs, RequestBuffer outputs) =>
        new Program(wires, BoundModel.BindAll(steps, inputs.Rows), inputs, outputs);

    public void Dispose() { }

    private sealed class Program(IReadOnlyList<Wire[]> wires, BoundModel[] nodes, RequestBuffer inputs, RequestBuffer outputs)
        : IModelProgram
    {
        public long Bytes => nodes.Sum(n => n.Bytes);

        public void Run()
        {
            for (var i = 0; i < nodes.Length; i++)
            {
                for (var c = 0; c < wires[i].Length; c++)
                {
                    var (step, column) = wires[i][c];
                    (step < 0 ? inputs : nodes[step].Outputs).CopyColumnTo(nodes[i].Inputs, column, c, 0, 0, inputs.Rows);
                }

                nodes[i].Run();
            }

            for (var c = 0; c < outputs.Layout.Columns.Count; c++)
            {
                nodes[^1].Outputs.CopyColumnTo(outputs, c, c, 0, 0, inputs.Rows);
            }
        }

        public void Dispose() => Array.ForEach(nodes, n => n.Dispose());
    }
}
