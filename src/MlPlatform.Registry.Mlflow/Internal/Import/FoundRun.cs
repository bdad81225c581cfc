using MlPlatform.Core;

namespace MlPlatform.Registry.Mlflow.Internal;

internal sealed record FoundRun(RunId Id)
{
    public string? Name { get; init; }

    public DateTimeOffset? StartTime { get; init; }

    public DateTimeOffset? EndTime { get; init; }

    public string? UserId { get; init; }

    public required RunStatus Status { get; init; }

    public bool IsDeleted { get; init; }

    public required IReadOnlyDictionary<string, string> Params { get; init; }

    public required IReadOnlyDictionary<string, string> Tags { get; init; }

    public required IReadOnlyList<RunDataset> Inputs { get; init; }

    /// <summary>The logged models that it read.</summary>
    public required IReadOnlyList<string> ModelInputs { get; init; }

    /// <summary>Every point of every metric.</summary>
    public required IAsyncEnumerable<MetricEntry> Metrics { get; init; }

    public required IAsyncEnumerable<FoundFile> Files { get; init; }
}
