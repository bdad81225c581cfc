using System.Text.Json.Nodes;
using MlPlatform.Core;
using MlPlatform.Registry;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>The spans of a trace as the file <c>traces.json</c>, in which older clients look for them.</summary>
internal static class TraceFile
{
    public const string Name = "traces.json";

    public static JsonObject Of(IEnumerable<TraceSpan> spans) => new() { ["spans"] = new JsonArray([.. spans.Select(OtlpSpans.ToFile)]) };

    /// <summary>Null when the path is another, or the spans are not here: then it is a file like any other.</summary>
    public static async Task<JsonObject?> ReadAsync(
        ITraces traces,
        ArtifactTreeId tree,
        ArtifactPath path,
        CancellationToken cancellationToken
    )
    {
        if (tree.Asset.Kind != AssetKind.Trace || path.ToString() != Name)
        {
            return null;
        }

        var spans = await traces.GetSpansAsync(tree.Asset.Id, cancellationToken).ConfigureAwait(false);
        return spans.Count == 0 ? null : Of(spans);
    }
}
