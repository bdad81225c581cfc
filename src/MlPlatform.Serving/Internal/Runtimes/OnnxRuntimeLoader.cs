using Microsoft.ML.OnnxRuntime;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>Loads ONNX models into sessions that do not spin: threads that wait busily take the processors from the requests beside them.</summary>
internal sealed class OnnxRuntimeLoader : IModelRuntime
{
    private const int SmallBytes = 1 << 20;
    private const int SmallRow = 4096;

    public string Kind => ModelRuntime.Onnx;

    public bool IsParallel => true;

    public bool TakesVariableRows => true;

    public ValueTask<IModelRunner> LoadAsync(OpenedModel version, byte[] model, int threads, CancellationToken cancellationToken) =>
        new(Load(model, version.Package.Manifest.Signature, threads));

    public static IModelRunner Load(byte[] model, ModelSignature signature, int threads = 1)
    {
        var session = Open(model, GraphOptimizationLevel.ORT_ENABLE_ALL, threads, IsSmall(model, signature));
        try
        {
            var problems = new List<string>();
            var inputs = OnnxLayout.Match("input", signature.Inputs, session.InputMetadata, all: true, problems);
            var isOneRow = session.InputMetadata.Count > 0 && session.InputMetadata.Values.All(n => n.Dimensions is [] or [1, ..]);
            var outputs = OnnxLayout.Match("output", signature.Outputs, session.OutputMetadata, all: false, problems, isOneRow);
            var batch = OnnxLayout.BatchOf(
                [
                    .. inputs.Tensors.Select(t => (t.Name, session.InputMetadata[t.Name])),
                    .. outputs.Tensors.Select(t => (t.Name, session.OutputMetadata[t.Name])),
                ],
                problems
            );
            return problems.Count == 0
                ? new OnnxRunner(session, inputs, outputs, batch, model.Length)
                : throw new InvalidModelPackageException($"The model is not what its signature says. {string.Join(' ', problems)}");
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>What a model without a signature says of itself.</summary>
    /// <exception cref="InvalidModelPackageException">The bytes are not such a model, or it has something other than tensors.</exception>
    public static ModelSignature Describe(byte[] model)
    {
        using var session = Open(model, GraphOptimizationLevel.ORT_DISABLE_ALL, threads: 1, isSmall: true);
        return new([.. session.InputMetadata.Select(ToColumn)], [.. session.OutputMetadata.Select(ToColumn)]);
    }

    private static DataColumn ToColumn(KeyValuePair<string, NodeMetadata> node) =>
        node.Value.IsTensor && OnnxTypes.ToColumnType(node.Value.ElementDataType) is { } type
            ? new(node.Key, type) { Shape = OnnxLayout.AnyRows(node.Value) }
            : throw new InvalidModelPackageException(
                $"'{node.Key}' of the model is {OnnxTypes.Describe(node.Value)}, which cannot be served."
            );

    /// <summary>Whether a run needs little memory, which the system's allocator gives faster than a pool of the session's own, and without keeping as much.</summary>
    private static bool IsSmall(byte[] model, ModelSignature signature) =>
        model.Length <= SmallBytes
        && signature.Inputs.All(i => BufferLayout.ElementsPerRow(i) > 0)
        && signature.Inputs.Sum(i => (long)BufferLayout.ElementsPerRow(i)) <= SmallRow;

    private static InferenceSession Open(byte[] model, GraphOptimizationLevel optimization, int threads, bool isSmall)
    {
        OnnxInspector.Check(model);
        using var options = new SessionOptions
        {
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = optimization,
            EnableCpuMemArena = !isSmall,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        try
        {
            return new(model, options);
        }
        catch (OnnxRuntimeException e)
        {
            throw new InvalidModelPackageException($"ONNX Runtime cannot load the model: {e.Message}", e);
        }
    }
}
