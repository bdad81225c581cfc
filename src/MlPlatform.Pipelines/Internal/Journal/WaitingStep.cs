namespace MlPlatform.Pipelines.Internal;

/// <summary>A step that sleeps, and what wakes it.</summary>
internal sealed class WaitingStep
{
    public required string RunId { get; init; }

    public required int StepNo { get; init; }

    public required string Name { get; init; }

    public required string Kind { get; init; }

    public required long Fence { get; init; }

    public long? WakeAt { get; init; }

    public string? Types { get; init; }

    public string? Subject { get; init; }

    public string? Position { get; init; }

    public bool IsApproval => string.Equals(Kind, "approve", StringComparison.Ordinal);
}
