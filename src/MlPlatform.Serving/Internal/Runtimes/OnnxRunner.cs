using Microsoft.ML.OnnxRuntime;

namespace MlPlatform.Serving.Internal;

/// <summary>An ONNX session, shared by all programs of a version: running it is thread-safe, disposing it in use is not.</summary>
internal sealed class OnnxRunner(InferenceSession session, BufferLayout inputs, BufferLayout outputs, long bytes) : IModelRunner
{
    public BufferLayout Inputs { get; } = inputs;

    public BufferLayout Outputs { get; } = outputs;

    public long Bytes { get; } = bytes;

    public IModelProgram Bind(RequestBuffer inputs, RequestBuffer outputs) => new OnnxProgram(session, inputs, outputs);

    public void Dispose() => session.Dispose();
}
