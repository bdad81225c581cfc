using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace EndToEnd.Tests;

/// <summary>One undisturbed run of the main job on the slice that comes along, shared by the tests that look at it.</summary>
public sealed class FlightDelayRun : IAsyncLifetime
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("mlplatform-").FullName;

    public string State => Path.Combine(Folder, "state");

    public string Output { get; private set; } = "";

    public int Code { get; private set; }

    public JsonObject Summary { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        var file = Path.Combine(Folder, "summary.json");
        (Code, Output) = await Sample.RunAsync("FlightDelay", Folder, "--directory", State, "--summary", file);
        if (Code == 0)
        {
            Summary = await ReadAsync(file);
        }
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(Folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    public static async Task<JsonObject> ReadAsync(string file) => JsonNode.Parse(await File.ReadAllTextAsync(file))!.AsObject();

    /// <summary>What must not depend on interruptions: everything but the time that it took.</summary>
    public static string Comparable(JsonObject summary)
    {
        var copy = summary.DeepClone().AsObject();
        copy.Remove("elapsedSeconds");
        copy.Remove("time");
        return copy.ToJsonString(new JsonSerializerOptions { WriteIndented = true });
    }

    /// <summary>
    /// The same after kills: a killed process takes along the traffic of a rollout that it had counted and not written yet, and the judgement stands on the
    /// rest.
    /// </summary>
    public static string ComparableAfterKills(JsonObject summary) =>
        Regex.Replace(Comparable(summary), @"\bin \d+ requests\b", "in N requests");
}
