using System.Text.Json;
using System.Text.Json.Nodes;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>The file of a composed model: its nodes, each member with version and digest.</summary>
internal static class CompositionFile
{
    public const string Path = "composition.json";

    /// <param name="root">Nodes whose members are pinned.</param>
    public static byte[] Write(ModelNode root) => CanonicalJson.Serialize(new JsonObject { ["format"] = 1, ["root"] = ToJson(root) });

    /// <exception cref="InvalidModelPackageException">It is no such file.</exception>
    public static ModelNode Read(byte[] bytes)
    {
        using var file = StrictJson.Parse(Path, bytes);
        var top = new StrictJson(Path, "$", file.RootElement, "format", "root");
        return top.Any("format") is { ValueKind: JsonValueKind.Number } format && format.TryGetInt32(out var number) && number == 1
            ? Read("$.root", top.Any("root"), 1)
            : throw top.Wrong(".format", "is not 1, the one that this version reads");
    }

    private static ModelNode Read(string path, JsonElement element, int depth)
    {
        CompositionLimits.CheckDepth(depth); // Here too: this walks by recursion.
        var kind =
            element.ValueKind == JsonValueKind.Object && element.TryGetProperty("kind", out var k) && k.ValueKind == JsonValueKind.String
                ? k.GetString()
                : null;
        switch (kind)
        {
            case "model":
                return Member(new(Path, path, element, "kind", "model", "digest", "inputs", "outputs"));
            case "sequence":
                var sequence = new StrictJson(Path, path, element, "kind", "steps");
                return new SequenceNode(List(sequence, "steps", depth));
            case "ensemble":
                var ensemble = new StrictJson(Path, path, element, "kind", "members", "weights");
                return new EnsembleNode(
                    List(ensemble, "members", depth),
                    ensemble.Find("weights", JsonValueKind.Array) is null
                        ? null
                        : [.. ensemble.List("weights").Select(w => Number(ensemble, ".weights", w))]
                );
            case "switch":
                var choice = new StrictJson(Path, path, element, "kind", "column", "cases", "otherwise");
                List<(SwitchCase Case, ModelNode Node)> cases =
                [
                    .. choice.List("cases").Select((c, i) => Case($"{path}.cases[{i}]", c, depth)),
                ];
                return new SwitchNode(
                    choice.Text("column"),
                    [.. cases.Select(c => c.Case)],
                    [.. cases.Select(c => c.Node)],
                    Read($"{path}.otherwise", choice.Any("otherwise"), depth + 1)
                );
            default:
                throw new InvalidModelPackageException(
                    $"File '{Path}', {path}.kind: a node is an object whose kind is model, sequence, ensemble or switch."
                );
        }
    }

    private static MemberNode Member(StrictJson json)
    {
        ModelReference reference;
        try
        {
            reference = ModelReference.Parse(json.Text("model"));
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw json.Wrong(".model", e.Message);
        }

        if (reference.Version is null)
        {
            throw json.Wrong(".model", "is an alias; a member is a version, such as 'clean@v3'");
        }

        return ArtifactDigest.TryParse(json.Text("digest"), out var digest)
            ? new(reference, digest, Names(json, "inputs"), Names(json, "outputs"))
            : throw json.Wrong(".digest", "is no digest");
    }

    private static Dictionary<string, string> Names(StrictJson json, string member)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        if (json.Find(member, JsonValueKind.Object) is { } given)
        {
            foreach (var name in given.EnumerateObject())
            {
                names[name.Name] =
                    name.Value.ValueKind == JsonValueKind.String
                        ? name.Value.GetString()!
                        : throw json.Wrong($".{member}.{name.Name}", "is no text");
            }
        }

        return names;
    }

    private static List<ModelNode> List(StrictJson json, string member, int depth) =>
        [.. json.List(member).Select((e, i) => Read($"{json.Path}.{member}[{i}]", e, depth + 1))];

    private static (SwitchCase, ModelNode) Case(string path, JsonElement element, int depth)
    {
        var json = new StrictJson(Path, path, element, "equals", "node");
        var value = json.Any("equals");
        var test =
            value.ValueKind == JsonValueKind.String ? new SwitchCase(value.GetString(), 0) : new(null, Number(json, ".equals", value));
        return (test, Read($"{path}.node", json.Any("node"), depth + 1));
    }

    private static double Number(StrictJson json, string place, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number)
            ? number
            : throw json.Wrong(place, $"is {value.GetRawText()}, no finite number");

    private static JsonObject ToJson(ModelNode node)
    {
        switch (node)
        {
            case MemberNode member:
                var json = new JsonObject
                {
                    ["kind"] = "model",
                    ["model"] = member.Reference.ToString(),
                    ["digest"] = member.Digest.ToString(),
                };
                Add(json, "inputs", member.InputNames);
                Add(json, "outputs", member.OutputNames);
                return json;
            case SequenceNode sequence:
                return new() { ["kind"] = "sequence", ["steps"] = ToJson(sequence.Steps) };
            case EnsembleNode ensemble:
                var members = new JsonObject { ["kind"] = "ensemble", ["members"] = ToJson(ensemble.Members) };
                if (ensemble.Weights is { } weights)
                {
                    members["weights"] = new JsonArray([.. weights.Select(w => JsonValue.Create(w))]);
                }

                return members;
            default:
                var choice = (SwitchNode)node;
                return new()
                {
                    ["kind"] = "switch",
                    ["column"] = choice.Column,
                    ["cases"] = new JsonArray([
                        .. choice.Cases.Select(
                            (c, i) =>
                                new JsonObject
                                {
                                    ["equals"] = c.Text is { } text ? JsonValue.Create(text) : JsonValue.Create(c.Number),
                                    ["node"] = ToJson(choice.Members[i]),
                                }
                        ),
                    ]),
                    ["otherwise"] = ToJson(choice.Otherwise),
                };
        }
    }

    private static JsonArray ToJson(IReadOnlyList<ModelNode> nodes) => new([.. nodes.Select(ToJson)]);

    private static void Add(JsonObject json, string member, IReadOnlyDictionary<string, string> names)
    {
        if (names.Count > 0)
        {
            json[member] = new JsonObject(names.Select(n => KeyValuePair.Create(n.Key, (JsonNode?)n.Value)));
        }
    }
}
