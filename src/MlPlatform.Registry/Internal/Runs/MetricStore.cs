using Dapper;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

/// <summary>Writes metric points as a set, and the latest of each metric beside them.</summary>
internal sealed class MetricStore(IMetadataDatabase database)
{
    private const string InsertPoint = """
        INSERT INTO reg_metric_point (run_id, key, step, at, value, is_nan) VALUES (@RunId, @Key, @Step, @At, @Value, @IsNan)
        ON CONFLICT (run_id, key, step, at, value, is_nan) DO NOTHING
        """;

    // Compared in SQL, so that batches may arrive in any order, from any process.
    private const string UpsertLatest = """
        INSERT INTO reg_metric_latest (run_id, experiment_id, key, step, at, value, is_nan)
        VALUES (@RunId, @ExperimentId, @Key, @Step, @At, @Value, @IsNan)
        ON CONFLICT (run_id, key) DO UPDATE SET step = excluded.step, at = excluded.at, value = excluded.value, is_nan = excluded.is_nan
        WHERE (excluded.step, excluded.at, 1 - excluded.is_nan, excluded.value)
            > (reg_metric_latest.step, reg_metric_latest.at, 1 - reg_metric_latest.is_nan, reg_metric_latest.value)
        """;

    public async Task WriteAsync(string runId, string experimentId, IReadOnlyList<LoggedMetric> points)
    {
        var rows = points.Select(p => ToRow(runId, experimentId, p)).ToList();

        // In key order, so that two batches of one run cannot deadlock on a database that locks rows.
        var latest = rows.GroupBy(r => r.Key, StringComparer.Ordinal)
            .OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => g.MaxBy(r => (r.Step, r.At, 1 - r.IsNan, r.Value))!)
            .ToList();
        await database
            .WriteAsync(
                Durability.Process,
                async work =>
                {
                    await work.Connection.ExecuteAsync(InsertPoint, rows, work.Transaction).ConfigureAwait(false);
                    await work.Connection.ExecuteAsync(UpsertLatest, latest, work.Transaction).ConfigureAwait(false);
                }
            )
            .ConfigureAwait(false);
        RegistryDiagnostics.MetricPoints.Add(points.Count);
    }

    private static MetricRow ToRow(string runId, string experimentId, LoggedMetric point) =>
        new()
        {
            RunId = runId,
            ExperimentId = experimentId,
            Key = point.Key,
            Step = point.Step,
            At = point.At,
            Value = double.IsNaN(point.Value) ? 0 : point.Value,
            IsNan = double.IsNaN(point.Value) ? 1 : 0,
        };
}
