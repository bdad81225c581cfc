using System.Text;
using System.Text.Json.Nodes;

namespace MlPlatform.AspNetCore.Tests;

/// <summary>A reply as it came over the wire.</summary>
internal sealed record RawReply(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public JsonNode Json => JsonNode.Parse(Text)!;

    public string? ErrorCode => (string?)Json["error_code"];

    /// <summary>The text of an error below <c>/v2</c>, whose body has that and nothing else.</summary>
    public string Error => (string)Assert.Single(Json.AsObject(), m => m.Key == "error" && Json.AsObject().Count == 1).Value!;

    public string Message => (string)Json["message"]!;
}
