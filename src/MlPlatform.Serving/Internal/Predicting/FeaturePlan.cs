using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>How a version's inputs that the request does not have come from a feature service.</summary>
internal sealed class FeaturePlan(BufferLayout inputs, IReadOnlyList<int> columns, FeatureColumns matched)
{
    private volatile FeatureColumns current = matched;

    public (int Missing, long Oldest) Write(FeatureVector vector, RequestBuffer buffer)
    {
        var match = current;
        if (!ReferenceEquals(match.Schema, vector.Schema))
        {
            match = Rematch(vector.Schema);
        }

        return match.Write(vector, buffer);
    }

    /// <summary>The service was applied anew since the version was loaded: its columns may stand elsewhere now.</summary>
    private FeatureColumns Rematch(DataSchema schema)
    {
        var problems = new List<string>();
        var next = FeatureColumns.Match(inputs, columns, schema, problems);
        if (problems.Count > 0)
        {
            throw new PredictionInputException(
                $"The feature service has changed and no longer fits the model: {string.Join("; ", problems)}."
            );
        }

        current = next;
        return next;
    }
}
