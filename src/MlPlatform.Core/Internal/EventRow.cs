using System.Text.Json;

namespace MlPlatform.Core.Internal;

internal sealed class EventRow
{
    public long Tx { get; set; }
    public long RowId { get; set; }
    public string Id { get; set; } = "";
    public string Type { get; set; } = "";
    public int SchemaVersion { get; set; }
    public long Time { get; set; }
    public long RecordedAt { get; set; }
    public string ActorKind { get; set; } = "";
    public string ActorId { get; set; } = "";
    public string? ActorTeam { get; set; }
    public string Subject { get; set; } = "";
    public string Related { get; set; } = "";
    public string? CauseId { get; set; }
    public string? TraceId { get; set; }
    public string Payload { get; set; } = "";

    public EventRecord ToRecord()
    {
        using var payload = JsonDocument.Parse(Payload);
        using var related = JsonDocument.Parse(Related);
        return new()
        {
            Position = new(Tx, RowId),
            Id = EventId.Parse(Id),
            Type = Type,
            SchemaVersion = SchemaVersion,
            Time = StoredTime.FromMicros(Time),
            RecordedAt = StoredTime.FromMicros(RecordedAt),
            Actor = new(Enum.Parse<ActorKind>(ActorKind), ActorId, ActorTeam),
            Subject = AssetRef.Parse(Subject),
            Related = [.. related.RootElement.EnumerateArray().Select(r => AssetRef.Parse(r.GetString()!))],
            CauseId = CauseId is null ? null : EventId.Parse(CauseId),
            TraceId = TraceId,
            Payload = payload.RootElement.Clone(),
        };
    }
}
