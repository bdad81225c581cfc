namespace MlPlatform.Serving.Internal;

/// <summary>A node with memory of its own.</summary>
internal sealed class BoundNode : IDisposable
{
    private readonly IModelProgram program;

    public BoundNode(IModelRunner runner, int rows)
    {
        Inputs = new(runner.Inputs, rows);
        Outputs = new(runner.Outputs, rows);
        try
        {
            program = runner.Bind(Inputs, Outputs);
        }
        catch
        {
            Inputs.Dispose();
            Outputs.Dispose();
            throw;
        }
    }

    public RequestBuffer Inputs { get; }

    public RequestBuffer Outputs { get; }

    /// <summary>Binds several; none stays behind when one fails.</summary>
    public static BoundNode[] BindAll(IReadOnlyList<IModelRunner> runners, int rows)
    {
        var nodes = new BoundNode[runners.Count];
        try
        {
            for (var i = 0; i < nodes.Length; i++)
            {
                nodes[i] = new(runners[i], rows);
            }

            return nodes;
        }
        catch
        {
            foreach (var node in nodes)
            {
                node?.Dispose();
            }

            throw;
        }
    }

    public void Run() => program.Run();

    public void Dispose()
    {
        program.Dispose();
        Inputs.Dispose();
        Outputs.Dispose();
    }
}
