using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>Runs for each row the member that it chooses, and no other; so rows run one by one.</summary>
internal sealed class SwitchRunner(
    IReadOnlyList<DataColumn> inputs,
    IReadOnlyList<DataColumn> outputs,
    IReadOnlyList<IModelRunner> members,
    IReadOnlyList<int[]> from,
    IReadOnlyList<int[]> to,
    int column,
    SwitchCase[] cases
) : IModelRunner
{
    public BufferLayout Inputs { get; } = BufferLayout.OneTensorPerColumn(inputs);

    public BufferLayout Outputs { get; } = BufferLayout.OneTensorPerColumn(outputs);

    public IModelProgram Bind(RequestBuffer inputs, RequestBuffer outputs) =>
        new Program(this, BoundModel.BindAll(members, 1), inputs, outputs);

    public void Dispose() { }

    private void Run(BoundModel[] nodes, RequestBuffer inputs, RequestBuffer outputs)
    {
        for (var row = 0; row < inputs.Rows; row++)
        {
            var chosen = Choose(inputs, row);
            var node = nodes[chosen];
            for (var c = 0; c < from[chosen].Length; c++)
            {
                inputs.CopyColumnTo(node.Inputs, from[chosen][c], c, row, 0, 1);
            }

            node.Run();
            for (var c = 0; c < to[chosen].Length; c++)
            {
                node.Outputs.CopyColumnTo(outputs, c, to[chosen][c], 0, row, 1);
            }
        }
    }

    /// <returns>The index of the case, or the one after the last.</returns>
    private int Choose(RequestBuffer inputs, int row)
    {
        if (inputs.Layout.Columns[column].IsText)
        {
            var text = inputs.Text(column, row);
            for (var i = 0; i < cases.Length; i++)
            {
                if (string.Equals(cases[i].Text, text, StringComparison.Ordinal))
                {
                    return i;
                }
            }

            return cases.Length;
        }

        var number = inputs.GetNumber(column, row, 0);
        for (var i = 0; i < cases.Length; i++)
        {
            if (cases[i].Number == number)
            {
                return i;
            }
        }

        return cases.Length;
    }

    private sealed class Program(SwitchRunner runner, BoundModel[] nodes, RequestBuffer inputs, RequestBuffer outputs) : IModelProgram
    {
        public void Run() => runner.Run(nodes, inputs, outputs);

        public void Dispose() => Array.ForEach(nodes, n => n.Dispose());
    }
}
