using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

internal sealed class TypedModelFunction<TIn, TOut>(string name, Func<TIn, TOut> function) : ModelFunction(name)
{
    private readonly IReadOnlyList<DataColumn> taken = SignatureOf(typeof(TIn), typeof(TOut)).Inputs;

    public override IModelRunner Load(ModelVersionId id, ModelSignature signature)
    {
        var (inputs, outputs) = (BufferLayout.OneTensorPerColumn(signature.Inputs), BufferLayout.OneTensorPerColumn(signature.Outputs));
        var problems = new List<string>();
        var read = OutputBinder.Compile<TIn>(inputs, problems, "input");
        var write = InputBinder.Compile<TOut>(outputs, DataSchema.Empty, problems, [], "output");
        problems.AddRange(
            signature
                .Inputs.Where(c => !taken.Any(t => ColumnNames.Comparer.Equals(t.Name, c.Name)))
                .Select(c => $"input '{c}' has no property in {typeof(TIn).Name}")
        );
        return problems.Count == 0
            ? new FunctionRunner<TIn, TOut>(inputs, outputs, read, Call, write)
            : throw new InvalidModelPackageException(
                $"{id} does not fit function '{Name}' from {typeof(TIn).Name} to {typeof(TOut).Name}: {string.Join("; ", problems)}."
            );
    }

    private TOut Call(TIn input) => function(input) ?? throw new InvalidOperationException($"Function '{Name}' answered null.");
}
