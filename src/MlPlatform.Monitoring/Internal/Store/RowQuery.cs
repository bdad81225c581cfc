namespace MlPlatform.Monitoring.Internal;

/// <summary>Which predictions to read: those of a model, of one version or all, with times in <c>[From, To)</c>.</summary>
internal sealed record RowQuery(string Model, int? Version, long From, long To, bool Shadow);
