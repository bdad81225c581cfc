namespace MlPlatform.Registry.Internal;

internal sealed class MetricRow
{
    public const string Columns = "run_id AS RunId, key AS Key, step AS Step, at AS At, value AS Value, is_nan AS IsNan";

    public required string RunId { get; init; }

    public required string Key { get; init; }

    public required long Step { get; init; }

    public required long At { get; init; }

    /// <summary>0 for a not-a-number.</summary>
    public required double Value { get; init; }

    public required int IsNan { get; init; }

    public MetricPoint ToPoint() => new(IsNan != 0 ? double.NaN : Value, Step, Core.StoredTime.FromMicros(At));
}
