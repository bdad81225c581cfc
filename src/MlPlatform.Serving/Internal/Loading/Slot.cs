namespace MlPlatform.Serving.Internal;

/// <summary>All that one request needs of a version, made once and reused: its memory, the model bound to it, and room for what is observed of a row.</summary>
internal sealed class Slot : IDisposable
{
    private readonly IModelProgram program;

    public Slot(IModelRunner runner, Observation observation, int rows = 1)
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

        Numeric = new double[observation.Layout.NumericColumns.Count];
        Categories = new ulong[observation.Layout.CategoryColumns.Count];
        Scores = new double[observation.ScoreCount];
    }

    public RequestBuffer Inputs { get; }

    public RequestBuffer Outputs { get; }

    public double[] Numeric { get; }

    public ulong[] Categories { get; }

    public double[] Scores { get; }

    public void Run() => program.Run();

    public void Dispose()
    {
        program.Dispose();
        Inputs.Dispose();
        Outputs.Dispose();
    }
}
