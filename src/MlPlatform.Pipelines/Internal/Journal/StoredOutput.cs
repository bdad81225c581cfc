namespace MlPlatform.Pipelines.Internal;

/// <summary>A step's output as the journal has it.</summary>
internal sealed class StoredOutput
{
    public required int StepNo { get; init; }

    public required string Digest { get; init; }

    public string? Inline { get; init; }
}
