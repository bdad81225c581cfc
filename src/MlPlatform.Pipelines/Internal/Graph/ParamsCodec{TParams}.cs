using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace MlPlatform.Pipelines.Internal;

internal sealed class ParamsCodec<TParams>(JsonSerializerOptions json) : ParamsCodec
    where TParams : notnull
{
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

    public override StepContext CreateContext(StepExecution execution, object parameters) =>
        new StepContext<TParams>(execution, (TParams)parameters);

    private JsonTypeInfo<TParams> Info => (JsonTypeInfo<TParams>)json.GetTypeInfo(typeof(TParams));
}
