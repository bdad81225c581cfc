using System.Text.Json.Nodes;

namespace MlPlatform.Registry.Mlflow.Internal;

internal sealed record AnnouncedEvent(string Type, string Subject, List<string> Related, JsonObject Payload)
{
    public string? CauseId { get; init; }
}
