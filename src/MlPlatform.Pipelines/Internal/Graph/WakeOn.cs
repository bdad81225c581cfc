namespace MlPlatform.Pipelines.Internal;

/// <summary>What wakes a waiting step: a platform time, or an event.</summary>
internal sealed record WakeOn(DateTimeOffset? Due, IReadOnlyList<string> Types, AssetRef? Subject);
