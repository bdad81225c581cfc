namespace MlPlatform.Pipelines;

/// <summary>The delay before another attempt: it doubles with each failure, up to a cap, and is spread over its upper half.</summary>
/// <param name="Base">The delay after the first failure, in work time.</param>
/// <param name="Cap">The longest delay.</param>
public sealed record Backoff(TimeSpan Base, TimeSpan Cap)
{
    /// <summary>1 second at first, 5 minutes at most.</summary>
    public static Backoff Default { get; } = new(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5));

    /// <summary>No delay.</summary>
    public static Backoff None { get; } = new(TimeSpan.Zero, TimeSpan.Zero);

    /// <summary>The delay after the given number of failures.</summary>
    /// <param name="failures">How many attempts failed, from 1.</param>
    /// <param name="spread">Between 0 and 1: where in the upper half of the delay.</param>
    internal TimeSpan DelayAfter(int failures, double spread) =>
        TimeSpan.FromTicks((long)(Math.Min(Cap.Ticks, Base.Ticks * Math.Pow(2, Math.Min(failures - 1, 40))) * (0.5 + 0.5 * spread)));
}
