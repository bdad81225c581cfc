namespace MlPlatform.Pipelines.Internal;

/// <summary>A leased step whose holder is taken to be gone.</summary>
internal sealed class LostStep
{
    public required string RunId { get; init; }

    public required int StepNo { get; init; }

    public required string Name { get; init; }

    public required string Kind { get; init; }

    public int? ParentNo { get; init; }

    public int? MapIndex { get; init; }

    public required long Fence { get; init; }

    public required int Attempt { get; init; }

    public required int Failures { get; init; }

    public required int LostCount { get; init; }

    public long StartedWork { get; init; }

    public string? Worker { get; init; }

    public required bool IsCancelled { get; init; }

    public StepLease ToLease() =>
        new()
        {
            RunId = RunId,
            StepNo = StepNo,
            Name = Name,
            Kind = Kind,
            ParentNo = ParentNo,
            MapIndex = MapIndex,
            Fence = Fence,
            Attempt = Attempt,
            Failures = Failures,
            StartedWork = StartedWork,
            Worker = Worker,
        };
}
