namespace MlPlatform.Registry;

/// <summary>A model card as it stood.</summary>
/// <param name="Revision">0 for the one inside the version's package, then 1, 2, 3 and so on.</param>
/// <param name="Card">The card.</param>
/// <param name="Actor">Who wrote it, as <c>kind:id</c>.</param>
/// <param name="At">When, in platform time.</param>
public sealed record ModelCardRevision(int Revision, ModelCard Card, string Actor, DateTimeOffset At);
