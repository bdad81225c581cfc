namespace MlPlatform.Monitoring.Internal;

/// <summary>Which predictions to read: those of a model, of one version or all, with times in <c>[From, To)</c>.</summary>
/// <remarks>
/// Of more rows than <c>Most</c>, which is at least 2, each second one is read, or each fourth, and so on, so that the whole time is in what is left.
/// </remarks>
internal sealed record RowQuery(string Model, int? Version, long From, long To, bool Shadow, int Most = int.MaxValue);
