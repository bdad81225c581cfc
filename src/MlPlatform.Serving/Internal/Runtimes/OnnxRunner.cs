using Microsoft.ML.OnnxRuntime;

namespace MlPlatform.Serving.Internal;

/// <summary>An ONNX session, shared by all programs of a version: running it is thread-safe, disposing it in use is not.</summary>
/// <param name="session">The session.</param>
/// <param name="inputs">What it takes.</param>
/// <param name="outputs">What it gives.</param>
/// <param name="rowsOfRun">The rows that it takes at a time; 0 for any number.</param>
/// <param name="bytes">The size of its file.</param>
internal sealed class OnnxRunner(InferenceSession session, BufferLayout inputs, BufferLayout outputs, int rowsOfRun, long bytes)
    : IModelRunner
{
    private readonly RunOptions options = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };

    public BufferLayout Inputs { get; } = inputs;

    public BufferLayout Outputs { get; } = outputs;

    public long Bytes { get; } = bytes;

    public int RowsOfRun { get; } = rowsOfRun;

    public IModelProgram Bind(RequestBuffer inputs, RequestBuffer outputs) =>
        RowsOfRun == 0 || inputs.Rows == RowsOfRun ? new OnnxProgram(session, options, inputs, outputs)
        : Outputs.IsVariable
            ? throw new PredictionInputException(
                $"The model takes {RowsOfRun} at a time, since shapes vary from row to row; the request has {inputs.Rows} rows."
            )
        : new FixedBatchProgram(this, RowsOfRun, inputs, outputs);

    public void Stop() => options.Terminate = true;

    public void Dispose()
    {
        session.Dispose();
        options.Dispose();
    }
}
