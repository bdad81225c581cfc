using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace MlPlatform.Pipelines.Internal;

/// <summary>What the output of a step depends on, as a document; its digest is the key.</summary>
internal static class CacheKey
{
    public static JsonObject Describe(StepExecution execution)
    {
        var node = execution.Node;
        var inputs = node.Edges.Select(e =>
            (JsonNode)
                new JsonObject
                {
                    ["name"] = e.From.Name,
                    ["digest"] = execution.Inputs.TryGetValue(execution.Graph.NumberOf(e.From), out var input) ? input.Digest : null,
                }
        );
        return new JsonObject
        {
            ["v"] = 1,
            ["step"] = $"{execution.Graph.Name}/{node.Name}",
            ["code"] = node.CodeHash,
            ["params"] = JsonNode.Parse(execution.Run.ParamsJson),
            ["item"] = execution.Step.ItemJson is { } item ? JsonNode.Parse(item) : null,
            ["inputs"] = new JsonArray([.. inputs]),
            ["seed"] = execution.Seed,
            ["env"] = new JsonObject
            {
                ["runtime"] = RuntimeInformation.FrameworkDescription,
                ["rid"] = RuntimeInformation.RuntimeIdentifier,
                ["sdk"] = typeof(CacheKey).Assembly.GetName().Version?.ToString(),
            },
        };
    }

    /// <summary>The first field, in the order of <see cref="Describe"/>, in which two documents differ.</summary>
    public static (string Field, string? Before, string? Now)? FirstDifference(JsonNode? before, JsonNode? now, string field = "")
    {
        if (JsonNode.DeepEquals(before, now))
        {
            return null;
        }

        if (before is JsonObject a && now is JsonObject b)
        {
            foreach (var name in b.Select(p => p.Key).Concat(a.Select(p => p.Key)).Distinct(StringComparer.Ordinal))
            {
                if (FirstDifference(a[name], b[name], field.Length == 0 ? name : $"{field}.{name}") is { } found)
                {
                    return found;
                }
            }
        }

        if (before is JsonArray x && now is JsonArray y)
        {
            for (var i = 0; i < Math.Min(x.Count, y.Count); i++)
            {
                if (FirstDifference(x[i], y[i], $"{field}[{i.ToString(System.Globalization.CultureInfo.InvariantCulture)}]") is { } found)
                {
                    return found;
                }
            }
        }

        return (field, before?.ToJsonString(), now?.ToJsonString());
    }
}
