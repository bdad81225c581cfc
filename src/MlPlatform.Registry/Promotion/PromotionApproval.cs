namespace MlPlatform.Registry;

/// <summary>That somebody is for pointing an alias at a version.</summary>
/// <param name="Approver">Who, as <c>kind:id</c>.</param>
/// <param name="Comment">What they said.</param>
/// <param name="At">When, in platform time.</param>
public sealed record PromotionApproval(string Approver, string? Comment, DateTimeOffset At);
