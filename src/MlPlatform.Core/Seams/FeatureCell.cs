namespace MlPlatform.Core;

/// <summary>One column of an online read.</summary>
/// <param name="Value">The value; null unless <see cref="FeatureStatus.Present"/>.</param>
/// <param name="Status">What the read found.</param>
/// <param name="EventTimeMicros">The row's event time in stored form; 0 when no row was found.</param>
public readonly record struct FeatureCell(FeatureValue Value, FeatureStatus Status, long EventTimeMicros);
