using Microsoft.ML;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>A loaded ML.NET model, shared by its programs; each program has a mapper of its own, because mappers are not thread-safe.</summary>
internal sealed class MlNetRunner(ITransformer transformer, DataViewSchema schema, ModelSignature signature, long bytes) : IModelRunner
{
    public BufferLayout Inputs { get; } = BufferLayout.OneTensorPerColumn(signature.Inputs);

    public BufferLayout Outputs { get; } = BufferLayout.OneTensorPerColumn(signature.Outputs);

    public long Bytes { get; } = bytes;

    public IModelProgram Bind(RequestBuffer inputs, RequestBuffer outputs) =>
        new MlNetProgram(transformer.GetRowToRowMapper(schema), new MlNetRow(schema, inputs), outputs, inputs.Rows);

    public void Dispose() => (transformer as IDisposable)?.Dispose();
}
