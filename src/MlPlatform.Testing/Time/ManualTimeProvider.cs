namespace MlPlatform.Testing;

/// <summary>A clock that its owner sets: the platform time of a test or a replay. Timers on it never fire; give work its own clock.</summary>
/// <remarks>Thread-safe. Time may jump, backwards too.</remarks>
/// <param name="start">The first time.</param>
public sealed class ManualTimeProvider(DateTimeOffset start) : TimeProvider
{
    private long ticks = start.UtcTicks;

    /// <summary>Sets the time.</summary>
    public void Set(DateTimeOffset time) => Interlocked.Exchange(ref ticks, time.UtcTicks);

    /// <summary>Moves the time.</summary>
    public void Advance(TimeSpan by) => Interlocked.Add(ref ticks, by.Ticks);

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref ticks), TimeSpan.Zero);
}
