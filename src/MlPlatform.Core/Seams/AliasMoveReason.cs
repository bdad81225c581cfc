namespace MlPlatform.Core;

/// <summary>Why an alias moves; kept in its history.</summary>
/// <param name="Kind">What led to it.</param>
/// <param name="Text">One sentence for the person who reads the history.</param>
/// <param name="GateEvidence">The artifact of the gate result it rests on (<see cref="GateResult.ToBytes"/>); kept for as long as the history.</param>
public sealed record AliasMoveReason(AliasMoveKind Kind, string Text, ArtifactDigest? GateEvidence = null)
{
    /// <summary>The event that led to it, for example the alert that a retrain answers; the move's own events carry it on.</summary>
    public EventId? CauseId { get; init; }
}
