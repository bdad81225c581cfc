using System.Text.Json.Nodes;
using MlPlatform.Core;

namespace MlPlatform.Features.Internal;

internal sealed record EntityDefinition(string Name, RecordShape Key, string? Owner, string? Description) : IDefinition
{
    public AssetKind Kind => AssetKind.Entity;

    public JsonObject Describe() =>
        new()
        {
            ["keys"] = DefinitionJson.Columns(Key.Columns),
            ["owner"] = Owner,
            ["description"] = Description,
        };
}
