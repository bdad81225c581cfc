using System.Numerics;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>Runs for each row the member that it chooses, and no other; the rows of one member share its runs.</summary>
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
    private readonly IReadOnlyList<IModelRunner> members = members;
    private readonly IReadOnlyList<int[]> from = from;
    private readonly IReadOnlyList<int[]> to = to;

    public BufferLayout Inputs { get; } = BufferLayout.OneTensorPerColumn(inputs);

    public BufferLayout Outputs { get; } = BufferLayout.OneTensorPerColumn(outputs);

    public IModelProgram Bind(RequestBuffer inputs, RequestBuffer outputs) =>
        new Program(this, BoundModel.BindAll(i => Bind(i, 1, inputs), members.Count), inputs, outputs);

    public void Dispose() { }

    private BoundModel Bind(int member, int rows, RequestBuffer inputs) =>
        BoundModel.Bind(members[member], rows, c => (inputs, from[member][c]));

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

    private sealed class Program(SwitchRunner runner, BoundModel[] ones, RequestBuffer inputs, RequestBuffer outputs) : IModelProgram
    {
        private readonly int[] chosen = new int[inputs.Rows];
        private readonly int[] rows = new int[inputs.Rows]; // Those of one member.

        /// <summary>The members by the power of two that they have rows; made when a request first has so many for one.</summary>
        private readonly BoundModel?[][] nodes = Array.ConvertAll(
            ones,
            one =>
            {
                var sizes = new BoundModel?[BitOperations.Log2((uint)inputs.Rows) + 1];
                sizes[0] = one;
                return sizes;
            }
        );

        public long Bytes => nodes.Sum(sizes => sizes.Sum(n => n?.Bytes ?? 0));

        public void Run()
        {
            for (var row = 0; row < chosen.Length; row++)
            {
                chosen[row] = runner.Choose(inputs, row);
            }

            for (var member = 0; member < nodes.Length; member++)
            {
                var all = rows.AsSpan(0, Gather(member));
                while (!all.IsEmpty)
                {
                    var power = BitOperations.Log2((uint)all.Length);
                    Run(member, nodes[member][power] ??= runner.Bind(member, 1 << power, inputs), all[..(1 << power)]);
                    all = all[(1 << power)..];
                }
            }
        }

        public void Dispose()
        {
            foreach (var node in nodes.SelectMany(n => n))
            {
                node?.Dispose();
            }
        }

        private int Gather(int member)
        {
            var count = 0;
            for (var row = 0; row < chosen.Length; row++)
            {
                if (chosen[row] == member)
                {
                    rows[count++] = row;
                }
            }

            return count;
        }

        private void Run(int member, BoundModel node, ReadOnlySpan<int> own)
        {
            var (source, target) = (runner.from[member], runner.to[member]);
            for (var i = 0; i < own.Length; i++)
            {
                for (var c = 0; c < source.Length; c++)
                {
                    inputs.CopyColumnTo(node.Inputs, source[c], c, own[i], i, 1);
                }
            }

            node.Run();
            for (var i = 0; i < own.Length; i++)
            {
                for (var c = 0; c < target.Length; c++)
                {
                    node.Outputs.CopyColumnTo(outputs, c, target[c], i, own[i], 1);
                }
            }
        }
    }
}
