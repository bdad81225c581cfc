namespace MlPlatform.Pipelines.Internal;

internal sealed class ApprovalQuestion
{
    public required int StepNo { get; init; }

    public required string State { get; init; }

    public required string Role { get; init; }

    public required long ExpiresAt { get; init; }

    public required string SubjectDigest { get; init; }

    public string? Verdict { get; init; }

    /// <summary>The digest of an input that is still what was asked for.</summary>
    public string? CurrentDigest { get; init; }
}
