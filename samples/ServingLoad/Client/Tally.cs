using System.Text.Json;

namespace ServingLoad;

/// <summary>Counts what came back. Thread-safe.</summary>
/// <param name="tellsVersion">Whether the scores tell the version, which then must be the one that the answer names.</param>
internal sealed class Tally(bool tellsVersion)
{
    private readonly Lock gate = new();
    private readonly Latencies latencies = new();
    private readonly SortedDictionary<int, long> statuses = [];
    private readonly SortedDictionary<int, long> versions = [];
    private long broken;
    private long wrong;
    private long withoutRetryAfter;

    public void Add(in Reply reply, TimeSpan time)
    {
        var version = reply.Status == 200 ? VersionOf(reply) : 0;
        lock (gate)
        {
            statuses[reply.Status] = statuses.GetValueOrDefault(reply.Status) + 1;
            if (reply.Status == 200)
            {
                latencies.Add(time);
                versions[Math.Abs(version)] = versions.GetValueOrDefault(Math.Abs(version)) + 1;
                wrong += version <= 0 ? 1 : 0;
            }
            else if (reply.Status is 429 or 503 && !reply.HasRetryAfter)
            {
                withoutRetryAfter++;
            }
        }
    }

    /// <summary>A connection ended without an answer.</summary>
    public void AddBroken()
    {
        lock (gate)
        {
            broken++;
        }
    }

    /// <summary>What was counted until now.</summary>
    public Counts Read()
    {
        lock (gate)
        {
            return new(
                new Dictionary<int, long>(statuses),
                new Dictionary<int, long>(versions),
                latencies.Since(new()),
                broken,
                wrong,
                withoutRetryAfter
            );
        }
    }

    /// <returns>The version that answered, negative when its value is another's, 0 when the answer cannot be read.</returns>
    private int VersionOf(in Reply reply)
    {
        try
        {
            var (version, score) = reply.Parse();
            return !tellsVersion || OnnxModels.VersionOf(score) == version ? version : -version;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or KeyNotFoundException)
        {
            return 0;
        }
    }
}
