using System.Text.Json.Nodes;

namespace MlPlatform.Core;

/// <summary>Something that happened, to be written in the transaction of the change itself.</summary>
/// <remarks>Payloads hold ids, counts and hashes only: never feature values, never secrets.</remarks>
/// <param name="Type">One of <see cref="EventTypes"/>: <c>subject.verb</c> in camel case.</param>
/// <param name="Subject">What it happened to.</param>
public sealed record PlatformEvent(string Type, AssetRef Subject)
{
    /// <summary>The version of the payload's shape. Default: 1.</summary>
    public int SchemaVersion { get; init; } = 1;

    /// <summary>Other assets that it concerns.</summary>
    public IReadOnlyList<AssetRef> Related { get; init; } = [];

    /// <summary>The event that led to this one, if known.</summary>
    public EventId? CauseId { get; init; }

    /// <summary>The payload; empty when the type says it all.</summary>
    public JsonObject Payload { get; init; } = [];

    /// <summary>Who acted; null means the present actor.</summary>
    public Actor? Actor { get; init; }
}
