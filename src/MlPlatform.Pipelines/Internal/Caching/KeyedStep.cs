namespace MlPlatform.Pipelines.Internal;

/// <summary>An earlier attempt, and what its key was made of.</summary>
internal sealed class KeyedStep
{
    public required string RunId { get; init; }

    public required string Document { get; init; }
}
