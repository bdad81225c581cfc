namespace MlPlatform.Pipelines.Internal;

/// <summary>How far a trigger has looked.</summary>
internal sealed class TriggerCursor
{
    public required string Cursor { get; init; }

    public required long LastDue { get; init; }
}
