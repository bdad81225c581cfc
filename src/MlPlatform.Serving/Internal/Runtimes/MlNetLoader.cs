using Microsoft.ML;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>Loads saved ML.NET models.</summary>
internal sealed class MlNetLoader : IModelRuntime
{
    public string Kind => ModelRuntime.MlNet;

    public ValueTask<IModelRunner> LoadAsync(OpenedModel version, byte[] model, int threads, CancellationToken cancellationToken) =>
        new(Load(model, version.Package.Manifest.Signature));

    public static IModelRunner Load(byte[] model, ModelSignature signature)
    {
        ITransformer transformer;
        DataViewSchema? schema;
        try
        {
            using var stream = new MemoryStream(model, writable: false);
            transformer = new MLContext().Model.Load(stream, out schema);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw new InvalidModelPackageException($"ML.NET cannot load the model: {e.Message}", e);
        }
        if (schema is null || !transformer.IsRowToRowMapper)
        {
            (transformer as IDisposable)?.Dispose();
            throw new InvalidModelPackageException(
                schema is null
                    ? "The ML.NET model was saved without its input schema."
                    : "The ML.NET model does not map row by row, so it cannot be served."
            );
        }
        var runner = new MlNetRunner(transformer, schema, signature, model.Length);
        try
        {
            Check(runner, schema, signature);
            return runner;
        }
        catch
        {
            runner.Dispose();
            throw;
        }
    }

    private static void Check(MlNetRunner runner, DataViewSchema schema, ModelSignature signature)
    {
        var problems = signature
            .Inputs.Where(c => schema.GetColumnOrNull(c.Name) is null)
            .Select(c => $"input '{c}': the model has no such input; it has {string.Join(", ", schema.Select(s => s.Name))}.")
            .ToList();
        if (problems.Count > 0)
        {
            throw new InvalidModelPackageException($"The model is not what its signature says. {string.Join(' ', problems)}");
        }
        try
        {
            // Making the getters once compares every column's type.
            using var inputs = new RequestBuffer(runner.Inputs, 1);
            using var outputs = new RequestBuffer(runner.Outputs, 1);
            runner.Bind(inputs, outputs).Dispose();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // ML.NET makes getters by reflection, which wraps what they throw.
            throw new InvalidModelPackageException($"The model is not what its signature says: {e.GetBaseException().Message}", e);
        }
    }
}
