using Microsoft.ML.OnnxRuntime;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>Loads ONNX models into sessions of one thread without spinning: small models are too small to parallelize.</summary>
internal sealed class OnnxRuntimeLoader : IModelRuntime
{
    public string Kind => ModelRuntime.Onnx;

    public IModelRunner Load(byte[] model, ModelSignature signature)
    {
        OnnxInspector.Check(model);
        InferenceSession session;
        using var options = new SessionOptions
        {
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        try
        {
            session = new(model, options);
        }
        catch (OnnxRuntimeException e)
        {
            throw new InvalidModelPackageException($"ONNX Runtime cannot load the model: {e.Message}", e);
        }
        try
        {
            var problems = new List<string>();
            var inputs = OnnxLayout.Match("input", signature.Inputs, session.InputMetadata, all: true, problems);
            var outputs = OnnxLayout.Match("output", signature.Outputs, session.OutputMetadata, all: false, problems);
            return problems.Count == 0
                ? new OnnxRunner(session, inputs, outputs)
                : throw new InvalidModelPackageException($"The model is not what its signature says. {string.Join(' ', problems)}");
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }
}
