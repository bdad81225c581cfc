namespace FlightDelay;

/// <summary>Adds up where the time goes.</summary>
internal sealed class Stopwatches(TimeProvider work)
{
    private readonly TimeProvider work = work;
    private readonly Dictionary<string, TimeSpan> spent = new(StringComparer.Ordinal);

    /// <summary>Seconds by what they were spent on, the longest first.</summary>
    public IReadOnlyDictionary<string, double> Seconds =>
        spent.OrderByDescending(s => s.Value).ToDictionary(s => s.Key, s => Math.Round(s.Value.TotalSeconds, 2), StringComparer.Ordinal);

    public IDisposable Measure(string what) => new Measurement(this, what, work.GetTimestamp());

    private sealed class Measurement(Stopwatches owner, string what, long start) : IDisposable
    {
        public void Dispose() => owner.spent[what] = owner.spent.GetValueOrDefault(what) + owner.work.GetElapsedTime(start);
    }
}
