namespace MlPlatform.Pipelines.Internal;

/// <summary>A step that has just come to an end, for its event and for what follows from it.</summary>
internal sealed class EndedStep
{
    public const string Columns =
        "step_no AS StepNo, name AS Name, map_index AS MapIndex, parent_no AS ParentNo, attempt AS Attempt, state AS State";

    public required int StepNo { get; init; }

    public required string Name { get; init; }

    public int? MapIndex { get; init; }

    public int? ParentNo { get; init; }

    public int Attempt { get; init; }

    public required string State { get; init; }

    public string? ErrorType { get; init; }
}
