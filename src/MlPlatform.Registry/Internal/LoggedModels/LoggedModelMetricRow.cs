using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

internal sealed class LoggedModelMetricRow
{
    public const string Columns = """
        model_id AS ModelId, key AS Key, dataset_name AS DatasetName, dataset_digest AS DatasetDigest, run_id AS RunId, step AS Step, at AS At,
        value AS Value, is_nan AS IsNan
        """;

    public required string ModelId { get; init; }

    public required string Key { get; init; }

    public required string DatasetName { get; init; }

    public required string DatasetDigest { get; init; }

    public required string RunId { get; init; }

    public required long Step { get; init; }

    public required long At { get; init; }

    public required double Value { get; init; }

    public required int IsNan { get; init; }

    public LoggedModelMetric ToMetric() =>
        new(Key, new(IsNan != 0 ? double.NaN : Value, Step, StoredTime.FromMicros(At)), Core.RunId.Parse(RunId))
        {
            DatasetName = DatasetName.Length == 0 ? null : DatasetName,
            DatasetDigest = DatasetDigest.Length == 0 ? null : DatasetDigest,
        };
}
