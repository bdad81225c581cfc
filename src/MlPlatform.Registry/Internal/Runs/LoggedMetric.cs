namespace MlPlatform.Registry.Internal;

/// <summary>A point on its way to the database, or a mark that completes when everything before it is stored.</summary>
internal readonly record struct LoggedMetric(string Key, double Value, long Step, long At, TaskCompletionSource? Mark = null);
