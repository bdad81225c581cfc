namespace MlPlatform.Serving.Internal;

/// <summary>A composed model with its members, which it disposes.</summary>
internal sealed class ComposedRunner(
    IModelRunner root,
    BufferLayout inputs,
    BufferLayout outputs,
    IReadOnlyCollection<IModelRunner> members
) : IModelRunner
{
    public BufferLayout Inputs { get; } = inputs;

    public BufferLayout Outputs { get; } = outputs;

    public long Bytes => members.Sum(m => m.Bytes);

    public int RowsOfRun => root.RowsOfRun;

    public IModelProgram Bind(RequestBuffer inputs, RequestBuffer outputs) =>
        new Program(BoundModel.Bind(root, inputs.Rows, c => (inputs, c)), inputs, outputs);

    public void Stop()
    {
        foreach (var member in members)
        {
            member.Stop();
        }
    }

    public void Dispose()
    {
        foreach (var member in members)
        {
            member.Dispose();
        }
    }

    // The root may be a member, whose columns lie in memory as it likes.
    private sealed class Program(BoundModel node, RequestBuffer inputs, RequestBuffer outputs) : IModelProgram
    {
        public long Bytes => node.Bytes;

        public void Run()
        {
            for (var c = 0; c < inputs.Layout.Columns.Count; c++)
            {
                inputs.CopyColumnTo(node.Inputs, c, c, 0, 0, inputs.Rows);
            }

            node.Run();
            for (var c = 0; c < outputs.Layout.Columns.Count; c++)
            {
                node.Outputs.CopyColumnTo(outputs, c, c, 0, 0, inputs.Rows);
            }
        }

        public void Dispose() => node.Dispose();
    }
}
