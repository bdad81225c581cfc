namespace MlPlatform.Pipelines.Internal;

/// <summary>What may fire a trigger: an event, or a due time.</summary>
internal sealed record TriggerCause(EventRecord? Event, DateTimeOffset? Due);
