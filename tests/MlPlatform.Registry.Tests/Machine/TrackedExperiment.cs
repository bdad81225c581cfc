namespace MlPlatform.Registry.Tests;

/// <summary>What is compared of an experiment; times are seconds after the beginning.</summary>
internal sealed record TrackedExperiment
{
    public required string Name { get; init; }

    /// <summary>The id that its maker gave; null when it was made here.</summary>
    public required string? Id { get; init; }

    public string? Tag { get; init; }

    public int Changed { get; init; }

    public int? Deleted { get; init; }

    public override string ToString() =>
        $"{Name} with id {Id ?? "-"}: tag {Tag ?? "-"}, changed {Changed}, deleted {Deleted?.ToString() ?? "-"}";
}
