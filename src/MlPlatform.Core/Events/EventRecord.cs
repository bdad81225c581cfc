using System.Text.Json;

namespace MlPlatform.Core;

/// <summary>A row of the event log.</summary>
public sealed record EventRecord
{
    /// <summary>Its place in the log.</summary>
    public required EventPosition Position { get; init; }

    /// <summary>Its id, also the CloudEvents id.</summary>
    public required EventId Id { get; init; }

    /// <summary>One of <see cref="EventTypes"/>.</summary>
    public required string Type { get; init; }

    /// <summary>The version of the payload's shape.</summary>
    public required int SchemaVersion { get; init; }

    /// <summary>When it happened, in platform time.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>When it was written, in work time.</summary>
    public required DateTimeOffset RecordedAt { get; init; }

    /// <summary>Who acted: kind, id and team.</summary>
    public required Actor Actor { get; init; }

    /// <summary>What it happened to.</summary>
    public required AssetRef Subject { get; init; }

    /// <summary>Other assets that it concerns.</summary>
    public IReadOnlyList<AssetRef> Related { get; init; } = [];

    /// <summary>The event that led to it, if known.</summary>
    public EventId? CauseId { get; init; }

    /// <summary>The trace it happened in, if any.</summary>
    public string? TraceId { get; init; }

    /// <summary>The payload, a JSON object.</summary>
    public required JsonElement Payload { get; init; }
}
