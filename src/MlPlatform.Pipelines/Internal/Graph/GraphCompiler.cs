using System.Text.Json;
using System.Text.Json.Nodes;

namespace MlPlatform.Pipelines.Internal;

/// <summary>Checks a definition, all of it before it complains, and hashes what defines it.</summary>
internal static class GraphCompiler
{
    public static PipelineGraph Compile(
        string name,
        IReadOnlyList<StepNode> nodes,
        IReadOnlyList<string> found,
        ParamsCodec parameters,
        JsonSerializerOptions json
    )
    {
        var findings = new List<string>(found);
        var numbers = nodes.Select((node, number) => (node, number)).ToDictionary(p => p.node, p => p.number);
        CheckNames(name, nodes, findings);
        CheckType("the parameters", parameters.Type, json, findings);
        foreach (var node in nodes)
        {
            CheckNode(node, findings);
            CheckType($"step '{node.Name}'", node.Output, json, findings);
            findings.AddRange(
                node.Edges.Where(e => !numbers.ContainsKey(e.From))
                    .Select(e => $"step '{node.Name}' uses '{e.From.Name}', a step of another pipeline")
            );
        }

        if (findings.Count == 0)
        {
            CheckCycles(nodes, findings);
        }

        foreach (var node in nodes.Where(n => n.Cache != CachePolicy.Never && n.Code is not null))
        {
            node.CodeHash = CodeFingerprint.Of(node.Code!);
        }

        return findings.Count == 0
            ? new(name, Hash(name, nodes, parameters), [.. nodes], numbers, parameters, json)
            : throw new PipelineDefinitionException(name, findings);
    }

    private static void CheckNames(string name, IReadOnlyList<StepNode> nodes, List<string> findings)
    {
        if (!IsName(name))
        {
            findings.Add("the pipeline's name may have letters, digits, '-', '_' and '.', 1 to 100 of them");
        }

        if (nodes.Count == 0)
        {
            findings.Add("it has no steps");
        }

        findings.AddRange(
            nodes
                .Where(n => !IsName(n.Name))
                .Select(n => $"step name '{n.Name}' may have letters, digits, '-', '_' and '.', 1 to 100 of them")
        );
        findings.AddRange(
            nodes
                .GroupBy(n => n.Name, StringComparer.Ordinal)
                .Where(g => g.Count() > 1)
                .Select(g => $"step name '{g.Key}' is used {g.Count()} times")
        );
    }

    private static bool IsName(string? name) =>
        name is { Length: > 0 and <= 100 } && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    private static void CheckNode(StepNode node, List<string> findings)
    {
        void Require(bool holds, string what)
        {
            if (!holds)
            {
                findings.Add($"step '{node.Name}': {what}");
            }
        }

        Require(node.Retries is >= 0 and <= 1000, $"{node.Retries} retries; 0 to 1,000 are allowed");
        Require(node.Backoff.Base >= TimeSpan.Zero && node.Backoff.Cap >= TimeSpan.Zero, "the back-off must not be negative");
        Require(
            node.Timeout is null || (node.Timeout > TimeSpan.Zero && node.Timeout <= TimeSpan.FromDays(40)),
            $"a time-out of {node.Timeout}; up to 40 days are allowed"
        );
        Require(node.Parallelism is null || node.Kind == StepKind.Map, "only a map runs items in parallel");
        Require(node.Parallelism is null or >= 1, $"{node.Parallelism} items in parallel; at least 1 is needed");
        Require(
            node.Cache == CachePolicy.Never || node.Kind is StepKind.Step or StepKind.Map,
            "gates, waits and approvals are never cached"
        );
        Require(node.Kind != StepKind.Approve || !string.IsNullOrWhiteSpace(node.Role), "an approval needs a role");
        Require(node.Kind != StepKind.Approve || node.Expires > TimeSpan.Zero, "an approval must expire after it was asked for");
    }

    private static void CheckType(string of, Type type, JsonSerializerOptions json, List<string> findings)
    {
        try
        {
            _ = json.GetTypeInfo(type);
        }
        catch (Exception e) when (e is NotSupportedException or InvalidOperationException)
        {
            findings.Add($"{of}: {type.Name} cannot be kept as JSON: {e.Message}");
        }
    }

    private static void CheckCycles(IReadOnlyList<StepNode> nodes, List<string> findings)
    {
        // Remove what depends on nothing that is left; what stays is on a cycle or behind one.
        var left = nodes.ToHashSet();
        while (left.RemoveWhere(n => n.Edges.TrueForAll(e => !left.Contains(e.From))) > 0) { }

        if (left.Count > 0)
        {
            findings.Add($"these steps wait for each other: {string.Join(", ", left.Select(n => n.Name).Order(StringComparer.Ordinal))}");
        }
    }

    private static string Hash(string name, IReadOnlyList<StepNode> nodes, ParamsCodec parameters)
    {
        var steps = nodes.Select(n =>
            (JsonNode)
                new JsonObject
                {
                    ["name"] = n.Name,
                    ["kind"] = n.Kind.ToString(),
                    ["output"] = n.Output.ToString(),
                    ["edges"] = new JsonArray([.. n.Edges.Select(e => (JsonNode)$"{e.From.Name}/{(e.OnEnd ? "ended" : "succeeded")}")]),
                    ["conditions"] = n.Conditions.Count,
                    ["retries"] = n.Retries,
                    ["backoff"] = $"{n.Backoff.Base:c}/{n.Backoff.Cap:c}",
                    ["timeout"] = n.Timeout?.ToString("c"),
                    ["cache"] = n.Cache.ToString(),
                    ["parallel"] = n.Parallelism,
                    ["durable"] = n.Durable,
                    ["role"] = n.Role,
                    ["expires"] = n.Expires?.ToString("c"),
                }
        );
        var spec = new JsonObject
        {
            ["v"] = 1,
            ["pipeline"] = name,
            ["params"] = parameters.Type.ToString(),
            ["steps"] = new JsonArray([.. steps]),
        };
        return CanonicalJson.Digest(spec).ToString();
    }
}
