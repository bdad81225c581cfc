namespace MlPlatform.Serving.Internal;

/// <summary>A model bound to memory of its own. Not thread-safe.</summary>
internal sealed class BoundModel : IDisposable
{
    private readonly IModelProgram program;

    /// <param name="runner">The model.</param>
    /// <param name="rows">Rows of the request.</param>
    /// <param name="layout">The layout of its inputs, where it is not the model's own.</param>
    public BoundModel(IModelRunner runner, int rows, BufferLayout? layout = null)
    {
        Inputs = new(layout ?? runner.Inputs, rows);
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

    /// <summary>The memory that it holds: its own, and what the last run has made, which the runtime holds too until the next.</summary>
    public long Bytes => Inputs.Bytes + Outputs.Bytes + (2 * Outputs.LateBytes) + program.Bytes;

    /// <summary>Binds several; none stays behind when one fails.</summary>
    public static BoundModel[] BindAll(IReadOnlyList<IModelRunner> runners, int rows)
    {
        var nodes = new BoundModel[runners.Count];
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
