using System.Text.Json.Nodes;
using MlPlatform.Core;

namespace MlPlatform.Features.Internal;

internal static class DefinitionJson
{
    public static JsonArray Columns(IEnumerable<DataColumn> columns) =>
        new([
            .. columns.Select(c =>
                (JsonNode)
                    new JsonObject
                    {
                        ["name"] = c.Name,
                        ["type"] = c.Type.ToString(),
                        ["nullable"] = c.Nullable,
                    }
            ),
        ]);

    public static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(t => (JsonNode)JsonValue.Create(t))]);

    public static ArtifactDigest Hash(this IDefinition definition) => CanonicalJson.Digest(definition.Describe());
}
