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

    /// <summary>Binds a model whose rows have the shapes of other memory.</summary>
    /// <param name="runner">The model.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="source">For each of its inputs the memory that it comes from, and the column there.</param>
    /// <exception cref="PredictionInputException">The model does not take these shapes.</exception>
    public static BoundModel Bind(IModelRunner runner, int rows, Func<int, (RequestBuffer Buffer, int Column)> source) =>
        new(runner, rows, runner.Inputs.IsVariable ? runner.Inputs.ShapedAs(source) : null);

    /// <summary>Binds several; none stays behind when one fails.</summary>
    /// <param name="bind">Binds one, by its index.</param>
    /// <param name="count">How many.</param>
    public static BoundModel[] BindAll(Func<int, BoundModel> bind, int count)
    {
        var nodes = new BoundModel[count];
        try
        {
            for (var i = 0; i < nodes.Length; i++)
            {
                nodes[i] = bind(i);
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
