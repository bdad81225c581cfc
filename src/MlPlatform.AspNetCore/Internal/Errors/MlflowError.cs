namespace MlPlatform.AspNetCore.Internal;

/// <summary>What a caller is told when a request fails: a status and the body of MLflow's protocol.</summary>
internal sealed record MlflowError(int Status, string Code, string Message)
{
    /// <summary>When asking again is worth while, for an error that passes.</summary>
    public TimeSpan RetryAfter { get; init; }

    /// <summary>Whether it is a state that callers are to expect, which nobody is to be woken up for.</summary>
    public bool IsExpected { get; init; }

    /// <summary>Whether the caller should use another connection from now on.</summary>
    public bool ClosesConnection { get; init; }
}
