using System.Globalization;

namespace MlPlatform.Pipelines.Internal;

/// <summary>A step that this process has claimed.</summary>
internal sealed class StepLease
{
    public required string RunId { get; init; }

    public required int StepNo { get; init; }

    public required string Name { get; init; }

    public required string Kind { get; init; }

    public int? ParentNo { get; init; }

    public int? MapIndex { get; init; }

    public string? ItemJson { get; init; }

    public required long Fence { get; init; }

    public required int Attempt { get; init; }

    public required int Failures { get; init; }

    public long StartedWork { get; init; }

    public string? Worker { get; init; }

    public string Key => KeyOf(RunId, Name, MapIndex);

    public static string KeyOf(string runId, string name, int? item) =>
        item is { } i ? $"{runId}/{name}/{i.ToString(CultureInfo.InvariantCulture)}" : $"{runId}/{name}";
}
