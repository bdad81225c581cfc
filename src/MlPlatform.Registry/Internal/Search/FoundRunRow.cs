namespace MlPlatform.Registry.Internal;

/// <summary>A run and its place in the order of a search.</summary>
internal sealed class FoundRunRow : RunRow
{
    public required int SortRank { get; init; }

    public double SortNumber { get; init; }

    public string? SortText { get; init; }

    public PageToken ToToken() => new(SortRank, SortNumber, SortText, StartTime, Id);
}
