using System.Text.Json.Nodes;
using MlPlatform.Core;

namespace MlPlatform.Features.Internal;

internal sealed record ServiceDefinition(string Name, ServiceFeature[] Features, string? Owner) : IDefinition
{
    public AssetKind Kind => AssetKind.Service;

    /// <summary>The views are pinned by their hashes, so a changed view is a new version of the service too.</summary>
    public JsonObject Describe() =>
        new()
        {
            ["features"] = new JsonArray([
                .. Features.Select(f =>
                    (JsonNode)
                        new JsonObject
                        {
                            ["name"] = f.Name,
                            ["type"] = f.Column.Type.ToString(),
                            ["view"] = f.View?.Name,
                            ["viewHash"] = f.View?.Hash().ToString(),
                            ["feature"] = f.Column.Name,
                        }
                ),
            ]),
            ["owner"] = Owner,
        };
}
