using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace MlPlatform.Pipelines.Internal;

internal sealed class ParamsCodec<TParams> : ParamsCodec
    where TParams : notnull
{
    private readonly JsonSerializerOptions json;
    private readonly Lazy<JsonObject?> defaults;

    public ParamsCodec(JsonSerializerOptions json)
    {
        this.json = json;
        defaults = new(Defaults);
    }

    public override Type Type => typeof(TParams);

    public override string Write(object? parameters, string pipeline)
    {
        var node = parameters switch
        {
            null => new JsonObject(),
            TParams typed => JsonSerializer.SerializeToNode(typed, Info),
            JsonNode given => given,
            _ => throw new MlPlatformException(
                $"Pipeline '{pipeline}' takes parameters of type {typeof(TParams).Name}, not {parameters.GetType().Name}."
            ),
        };
        try
        {
            _ = node.Deserialize(Info) ?? throw new JsonException("The value is null.");
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or InvalidOperationException)
        {
            throw Refuse(pipeline, typeof(TParams), node, e);
        }

        return Encoding.UTF8.GetString(CanonicalJson.Serialize(node));
    }

    public override object Read(string json) => JsonSerializer.Deserialize(json, Info)!;

    public override ResolvedParams Resolve(string json)
    {
        if (Serialize(json) is not { } inForce)
        {
            return new([], []); // A single value, not an object with members.
        }

        var given = JsonNode.Parse(json)!.AsObject();
        var comparer = Info.Options.PropertyNameCaseInsensitive ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;
        var names = given.Select(p => p.Key).ToHashSet(comparer);
        return new(
            [
                .. inForce.Select(p => new ResolvedParam(
                    p.Key,
                    CanonicalJson.Digest(p.Value),
                    defaults.Value is { } d && JsonNode.DeepEquals(d[p.Key], p.Value),
                    names.Contains(p.Key)
                )),
            ],
            [.. given.Select(p => p.Key).Where(k => !inForce.Any(p => comparer.Equals(p.Key, k)))]
        );
    }

    private JsonObject? Serialize(string json) =>
        JsonSerializer.SerializeToNode(JsonSerializer.Deserialize(json, Info)!, Info) as JsonObject;

    /// <summary>Null when parameters are required.</summary>
    private JsonObject? Defaults()
    {
        try
        {
            return Serialize("{}");
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public override StepContext CreateContext(StepExecution execution, object parameters) =>
        new StepContext<TParams>(execution, (TParams)parameters);

    private JsonTypeInfo<TParams> Info => (JsonTypeInfo<TParams>)json.GetTypeInfo(typeof(TParams));
}
