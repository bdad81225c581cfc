namespace MlPlatform.Sdk.Tests;

/// <summary>A training row: two request columns, a time and the truth.</summary>
internal sealed record Example(float X, float Y, DateTimeOffset EventTimestamp, bool Label);
