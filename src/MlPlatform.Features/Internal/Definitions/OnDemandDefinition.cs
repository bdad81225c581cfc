using System.Text.Json.Nodes;

namespace MlPlatform.Features.Internal;

/// <summary>Features computed from the request and, when <see cref="Input"/> is set, from a view's row.</summary>
internal sealed record OnDemandDefinition(
    string Name,
    RecordShape Row,
    RecordShape Request,
    StoredViewDefinition? Input,
    Func<object, object?, object> Transform,
    string Revision
) : ViewDefinition(Name, Row, Input?.Owner, null)
{
    public override JsonObject Describe() =>
        new()
        {
            ["request"] = DefinitionJson.Columns(Request.Columns),
            ["view"] = Input?.Name,
            ["viewHash"] = Input?.Hash().ToString(),
            ["features"] = DefinitionJson.Columns(Row.Columns),
            ["revision"] = Revision,
        };
}
