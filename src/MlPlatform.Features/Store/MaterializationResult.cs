namespace MlPlatform.Features;

/// <summary>What a materialization did.</summary>
/// <param name="Views">The views that had something to do, and how many rows each took from the history.</param>
public sealed record MaterializationResult(IReadOnlyDictionary<string, long> Views)
{
    /// <summary>The rows taken by all views.</summary>
    public long Rows => Views.Values.Sum();
}
