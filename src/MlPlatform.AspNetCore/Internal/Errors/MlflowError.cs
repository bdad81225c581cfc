namespace MlPlatform.AspNetCore.Internal;

/// <summary>What a caller is told when a request fails: a status and the body of MLflow's protocol.</summary>
internal sealed record MlflowError(int Status, string Code, string Message)
{
    /// <summary>When to come back, if the status is 503.</summary>
    public int RetryAfterSeconds { get; init; } = 1;

    /// <summary>Whether the caller should use another connection from now on.</summary>
    public bool ClosesConnection { get; init; }
}
