using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

internal sealed class EnsembleRunner(
    IReadOnlyList<DataColumn> inputs,
    IReadOnlyList<DataColumn> outputs,
    IReadOnlyList<IModelRunner> members,
    IReadOnlyList<int[]> from,
    IReadOnlyList<int[]> to,
    double[] weights
) : IModelRunner
{
    private readonly double total = weights.Sum();

    public BufferLayout Inputs { get; } = BufferLayout.OneTensorPerColumn(inputs);

    public BufferLayout Outputs { get; } = BufferLayout.OneTensorPerColumn(outputs);

    public IModelProgram Bind(RequestBuffer inputs, RequestBuffer outputs) =>
        new Program(
            this,
            BoundModel.BindAll(i => BoundModel.Bind(members[i], inputs.Rows, c => (inputs, from[i][c])), members.Count),
            inputs,
            outputs
        );

    public void Dispose() { }

    private void Run(BoundModel[] nodes, int[][] sources, RequestBuffer inputs, RequestBuffer outputs)
    {
        for (var i = 0; i < nodes.Length; i++)
        {
            for (var c = 0; c < from[i].Length; c++)
            {
                inputs.CopyColumnTo(nodes[i].Inputs, from[i][c], c, 0, 0, inputs.Rows);
            }

            nodes[i].Run();
        }

        for (var c = 0; c < outputs.Layout.Columns.Count; c++)
        {
            var slot = outputs.Layout.Columns[c];
            for (var i = 0; i < nodes.Length; i++)
            {
                nodes[i].Outputs.Require(sources[c][i], slot);
            }

            var isMean = ElementTypes.IsFloating(slot.Column.Type);
            for (var row = 0; row < outputs.Rows; row++)
            {
                if (isMean)
                {
                    for (var e = 0; e < slot.Elements; e++)
                    {
                        outputs.SetNumber(c, row, e, Mean(nodes, sources[c], row, e));
                    }
                }
                else
                {
                    var winner = Vote(nodes, sources[c], row);
                    nodes[winner].Outputs.CopyColumnTo(outputs, sources[c][winner], c, row, row, 1);
                }
            }
        }
    }

    private double Mean(BoundModel[] nodes, int[] columns, int row, int element)
    {
        var sum = 0.0;
        for (var i = 0; i < nodes.Length; i++)
        {
            sum += weights[i] * nodes[i].Outputs.GetNumber(columns[i], row, element);
        }

        return sum / total;
    }

    /// <summary>The first member whose value, all elements of it, has the most weight.</summary>
    private int Vote(BoundModel[] nodes, int[] columns, int row)
    {
        var (winner, most) = (0, 0.0);
        for (var i = 0; i < nodes.Length; i++)
        {
            var weight = 0.0;
            for (var j = 0; j < nodes.Length; j++)
            {
                weight += nodes[i].Outputs.IsEqual(columns[i], nodes[j].Outputs, columns[j], row) ? weights[j] : 0;
            }

            if (weight > most)
            {
                (winner, most) = (i, weight);
            }
        }

        return winner;
    }

    private sealed class Program(EnsembleRunner runner, BoundModel[] nodes, RequestBuffer inputs, RequestBuffer outputs) : IModelProgram
    {
        /// <summary>For each output the column of each member.</summary>
        private readonly int[][] sources = [.. outputs.Layout.Columns.Select((_, c) => runner.Map(c))];

        public long Bytes => nodes.Sum(n => n.Bytes);

        public void Run() => runner.Run(nodes, sources, inputs, outputs);

        public void Dispose() => Array.ForEach(nodes, n => n.Dispose());
    }

    private int[] Map(int output) => [.. to.Select(t => Array.IndexOf(t, output))];
}
