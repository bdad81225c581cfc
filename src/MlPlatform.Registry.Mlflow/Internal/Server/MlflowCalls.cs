using System.Globalization;
using System.Text.Json.Nodes;
using MlPlatform.Core;

namespace MlPlatform.Registry.Mlflow.Internal;

/// <summary>Calls that are made in more than one place.</summary>
internal static class MlflowCalls
{
    public static MlflowCall GetRun(RunId id) => MlflowCall.Get("runs/get", new(AssetKind.Run, id.ToString()), ("run_id", id.ToString()));

    public static MlflowCall GetModel(string name) => MlflowCall.Get("registered-models/get", new(AssetKind.Model, name), ("name", name));

    public static MlflowCall GetVersion(ModelVersionId id) =>
        MlflowCall.Get("model-versions/get", id.ToAsset(), ("name", id.Name), ("version", TextOf(id.Version)));

    /// <summary>The versions of a model, newest first.</summary>
    public static MlflowCall SearchVersions(string model, int limit = 1000) =>
        MlflowCall.Get(
            "model-versions/search",
            null,
            ("filter", $"name = {Quote(model)}"),
            ("max_results", TextOf(limit)),
            ("order_by", "version_number DESC")
        );

    public static string TextOf(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>A text in a filter.</summary>
    /// <exception cref="ArgumentException">It has both kinds of quotes, which MLflow's grammar cannot write.</exception>
    public static string Quote(string text) =>
        !text.Contains('\'', StringComparison.Ordinal) ? $"'{text}'"
        : !text.Contains('"', StringComparison.Ordinal) ? $"\"{text}\""
        : throw new ArgumentException($"'{text}' has single and double quotes; MLflow cannot search for that.", nameof(text));

    public static JsonArray Pairs(IEnumerable<KeyValuePair<string, string>> values) =>
        new([.. values.Select(v => new JsonObject { ["key"] = v.Key, ["value"] = v.Value })]);
}
