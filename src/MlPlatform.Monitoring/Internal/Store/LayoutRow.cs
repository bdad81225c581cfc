namespace MlPlatform.Monitoring.Internal;

/// <summary>A class with setters, since Dapper converts numbers for those only, and databases differ in the width of an int.</summary>
internal sealed class LayoutRow
{
    public long Id { get; init; }

    public string Model { get; init; } = string.Empty;

    public int Version { get; init; }

    public string NumericColumns { get; init; } = string.Empty;

    public string CategoryColumns { get; init; } = string.Empty;

    public byte[]? Profile { get; init; }
}
