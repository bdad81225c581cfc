using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>The kinds of models that this process can run.</summary>
internal sealed class ModelRuntimes
{
    private readonly IModelRuntime[] runtimes;

    public ModelRuntimes(IEnumerable<IModelRuntime> runtimes, ServedSource source) =>
        this.runtimes = [.. runtimes, new ComposedRuntime(this, source)]; // It runs models of all kinds, so it cannot be among those that are given.

    /// <summary>What runs a version, and the model's bytes, verified.</summary>
    /// <exception cref="InvalidModelPackageException">Nothing here can run it, or it has no model or a column that cannot be served.</exception>
    /// <exception cref="ArtifactCorruptException">The bytes are damaged.</exception>
    public async Task<(IModelRuntime Runtime, byte[] Model)> ReadAsync(OpenedModel opened, CancellationToken cancellationToken)
    {
        var manifest = opened.Package.Manifest;
        var runtime =
            Array.Find(runtimes, r => string.Equals(r.Kind, manifest.Runtime.Kind, StringComparison.Ordinal))
            ?? throw new InvalidModelPackageException(
                $"{opened.Id} needs runtime '{manifest.Runtime.Kind}'; this server has {string.Join(", ", runtimes.Select(r => $"'{r.Kind}'"))}."
            );
        CheckColumns(opened.Id, manifest.Signature, runtime.TakesVariableRows);
        var file =
            manifest.Find(ModelFileRole.Model) ?? throw new InvalidModelPackageException($"{opened.Id} has no file with the role 'model'.");
        return (runtime, await opened.Package.ReadAsync(file.Path, cancellationToken).ConfigureAwait(false));
    }

    /// <exception cref="InvalidModelPackageException">A column has a type or shape that cannot be served.</exception>
    public static void CheckColumns(ModelVersionId id, ModelSignature signature, bool mayVary)
    {
        var problems = signature
            .Inputs.Select(c => ("input", c))
            .Concat(signature.Outputs.Select(c => ("output", c)))
            .Select(p => Problem(p.c, mayVary) is { } problem ? $"{p.Item1} '{p.c}' has {problem}" : null)
            .OfType<string>()
            .ToList();
        if (problems.Count > 0)
        {
            throw new InvalidModelPackageException($"{id}: {string.Join("; ", problems)}.");
        }
    }

    private static string? Problem(DataColumn column, bool mayVary) =>
        column.IsList || !ElementTypes.IsSupported(column.Type) ? "a type that cannot be served"
        : BufferLayout.HasVariableRows(column)
            ? (mayVary ? null : "rows of variable shape, which only ONNX models, functions, and what is composed of them may have")
        : BufferLayout.ElementsPerRow(column) == 0 ? "a shape that cannot be served"
        : null;
}
