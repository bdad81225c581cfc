using System.Text.Json;
using System.Text.Json.Nodes;

namespace FlightDelay;

/// <summary>What the run did, for the table and for <c>--summary</c>.</summary>
internal sealed class Summary
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public List<VersionOutcome> Versions { get; } = [];

    public int Champion { get; set; }

    public long Predictions { get; set; }

    public long LabelsJoined { get; set; }

    public int Retrains { get; set; }

    public SortedDictionary<string, double> Auc { get; } = new(StringComparer.Ordinal);

    public double ElapsedSeconds { get; set; }

    public async Task WriteAsync(string path)
    {
        var json = new JsonObject
        {
            ["versions"] = new JsonArray(
                [
                    .. Versions.Select(v => new JsonObject
                    {
                        ["version"] = v.Version,
                        ["status"] = v.Status,
                        ["reason"] = v.Reason,
                        ["auc"] = v.Auc,
                        ["at"] = v.At,
                    }),
                ]
            ),
            ["champion"] = Champion,
            ["predictions"] = Predictions,
            ["labelsJoined"] = LabelsJoined,
            ["retrains"] = Retrains,
            ["auc"] = new JsonObject([.. Auc.Select(a => KeyValuePair.Create(a.Key, (JsonNode?)a.Value))]),
            ["elapsedSeconds"] = ElapsedSeconds,
        };
        await File.WriteAllTextAsync(path, json.ToJsonString(Indented));
    }
}
