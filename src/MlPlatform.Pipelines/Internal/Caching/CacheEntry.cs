namespace MlPlatform.Pipelines.Internal;

internal sealed class CacheEntry
{
    public required string RunId { get; init; }

    public required int StepNo { get; init; }

    public string? Digest { get; init; }

    public string? Inline { get; init; }

    public required bool IsBusy { get; init; }
}
