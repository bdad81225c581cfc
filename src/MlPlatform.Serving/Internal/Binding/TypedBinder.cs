using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>Binds properties to columns, and what a request lacks to features.</summary>
/// <param name="features">The features; null for none.</param>
/// <param name="largestDimension">The largest size of a variable dimension.</param>
internal sealed class TypedBinder<TIn, TOut>(FeatureSource<TIn>? features, int largestDimension) : IVersionBinder<TIn, TOut>
    where TIn : notnull
{
    public async Task<BoundVersion<TIn, TOut>> BindAsync(LoadedVersion version, CancellationToken cancellationToken)
    {
        var schema = features is null ? DataSchema.Empty : await features.DescribeAsync(cancellationToken).ConfigureAwait(false);
        var problems = new List<string>();
        var missing = new List<int>();
        var write = InputBinder.Compile<TIn>(version.Inputs, schema, problems, missing);
        var matched = FeatureColumns.Match(version.Inputs, missing, schema, problems);
        if (features is not null)
        {
            problems.AddRange(await features.FindMissingKeysAsync(matched.Features, cancellationToken).ConfigureAwait(false));
        }

        var outputProblems = new List<string>();
        var read = OutputBinder.Compile<TOut>(version.Outputs, outputProblems);
        problems.AddRange(outputProblems);
        return problems.Count == 0
            ? new(version, write, read, missing.Count == 0 ? null : new(version.Inputs, missing, matched))
            {
                Layout = version.Inputs.IsVariable ? InputBinder.CompileLayout<TIn>(version.Inputs, largestDimension) : null,
            }
            : throw new PredictorMismatchException(version.Id, typeof(TIn), typeof(TOut), problems);
    }
}
