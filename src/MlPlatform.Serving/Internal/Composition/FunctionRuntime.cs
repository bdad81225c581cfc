using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>Runs versions that stand for functions of the application.</summary>
internal sealed class FunctionRuntime(IEnumerable<ModelFunction> functions) : IModelRuntime
{
    private readonly ModelFunction[] functions = [.. functions];

    public string Kind => ModelRuntime.Function;

    public bool TakesVariableRows => true;

    public ValueTask<IModelRunner> LoadAsync(OpenedModel version, byte[] model, int threads, CancellationToken cancellationToken)
    {
        var name = FunctionFile.Read(model);
        var function =
            Array.Find(functions, f => string.Equals(f.Name, name, StringComparison.Ordinal))
            ?? throw new InvalidModelPackageException(
                $"{version.Id} is function '{name}', which this process does not have; it has {Names()}. Add it with AddModelFunction."
            );
        return new(function.Load(version.Id, version.Package.Manifest.Signature));
    }

    private string Names() =>
        functions.Length == 0 ? "none" : string.Join(", ", functions.Select(f => $"'{f.Name}'").Order(StringComparer.Ordinal));
}
