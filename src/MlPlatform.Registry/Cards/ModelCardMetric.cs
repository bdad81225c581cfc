namespace MlPlatform.Registry;

/// <summary>A measured value on a model card.</summary>
/// <param name="Name">The metric.</param>
/// <param name="Value">Its value.</param>
public sealed record ModelCardMetric(string Name, double Value)
{
    /// <summary>The slice of the data; null for all of it.</summary>
    public string? Slice { get; init; }

    /// <summary>The lower end of its interval.</summary>
    public double? Low { get; init; }

    /// <summary>The upper end of its interval.</summary>
    public double? High { get; init; }
}
