namespace MlPlatform.Serving.Internal;

/// <summary>Tells which failures are new: what a store that is away does to each model, every second, is one thing to whoever reads the log.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class RepeatedFailures(TimeProvider clock)
{
    private const int Kept = 64;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    private readonly Lock gate = new();
    private readonly Dictionary<string, long> told = new(StringComparer.Ordinal);

    /// <summary>False for what was told within the last minute already.</summary>
    public bool IsNew(Exception exception)
    {
        var key = $"{exception.GetType()}: {exception.Message}";
        lock (gate)
        {
            if (told.TryGetValue(key, out var at) && clock.GetElapsedTime(at) < Interval)
            {
                return false;
            }

            if (told.Count >= Kept)
            {
                told.Clear();
            }

            told[key] = clock.GetTimestamp();
            return true;
        }
    }
}
