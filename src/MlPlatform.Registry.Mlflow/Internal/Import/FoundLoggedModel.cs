using MlPlatform.Core;

namespace MlPlatform.Registry.Mlflow.Internal;

internal sealed record FoundLoggedModel(string Id)
{
    public string? Name { get; init; }

    public string? ModelType { get; init; }

    public RunId? SourceRunId { get; init; }

    public required bool IsReady { get; init; }

    public bool IsDeleted { get; init; }

    public required IReadOnlyDictionary<string, string> Params { get; init; }

    public required IReadOnlyDictionary<string, string> Tags { get; init; }

    /// <summary>Its metrics, each with the run that measured it.</summary>
    public required IReadOnlyList<(RunId Run, MetricEntry Point)> Metrics { get; init; }

    public required IAsyncEnumerable<FoundFile> Files { get; init; }
}
