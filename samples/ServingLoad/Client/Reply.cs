using System.Globalization;
using System.Text.Json;

namespace ServingLoad;

/// <summary>An answer of the server.</summary>
/// <param name="Status">Its status.</param>
/// <param name="HasRetryAfter">Whether it says when to come again.</param>
/// <param name="Body">Its body, until the connection is used again.</param>
internal readonly record struct Reply(int Status, bool HasRetryAfter, ReadOnlyMemory<byte> Body)
{
    /// <summary>The version that it names, and the first number of its value. Both ways to ask are understood.</summary>
    public (int Version, double Score) Parse()
    {
        using var json = JsonDocument.Parse(Body);
        var root = json.RootElement;
        if (root.TryGetProperty("model_version", out var number)) // The Open Inference Protocol.
        {
            return (
                int.Parse(number.GetString()!, CultureInfo.InvariantCulture),
                root.GetProperty("outputs")[0].GetProperty("data")[0].GetDouble()
            );
        }

        var name = root.GetProperty("modelVersion").GetString()!; // MapPredict.
        return (
            int.Parse(name.AsSpan(name.LastIndexOf("@v", StringComparison.Ordinal) + 2), CultureInfo.InvariantCulture),
            root.GetProperty("value").GetProperty("score").GetDouble()
        );
    }
}
