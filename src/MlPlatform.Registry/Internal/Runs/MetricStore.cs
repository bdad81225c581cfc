using Dapper;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

/// <summary>Writes metric points as a set, and the latest of each metric beside them.</summary>
internal sealed class MetricStore(IMetadataDatabase database)
{
    private const string PointColumns = "INSERT INTO reg_metric_point (run_id, key, step, at, value, is_nan)";
    private const string PointIsThere = "ON CONFLICT (run_id, key, step, at, value, is_nan) DO NOTHING";
    private const string InsertPoint = $"{PointColumns} VALUES (@RunId, @Key, @Step, @At, @Value, @IsNan) {PointIsThere}";

    // Compared in SQL, so that batches may arrive in any order, from any process.
    private const string LatestColumns = "INSERT INTO reg_metric_latest (run_id, experiment_id, key, step, at, value, is_nan)";
    private const string LatestIsOlder = """
        ON CONFLICT (run_id, key) DO UPDATE SET step = excluded.step, at = excluded.at, value = excluded.value, is_nan = excluded.is_nan
        WHERE (excluded.step, excluded.at, 1 - excluded.is_nan, excluded.value)
            > (reg_metric_latest.step, reg_metric_latest.at, 1 - reg_metric_latest.is_nan, reg_metric_latest.value)
        """;
    private const string UpsertLatest = $"{LatestColumns} VALUES (@RunId, @ExperimentId, @Key, @Step, @At, @Value, @IsNan) {LatestIsOlder}";

    // One statement for all rows, where each would be a round trip to a server.
    private const string Unnested = "FROM unnest(@Keys, @Steps, @Times, @Values, @Nans) AS p (key, step, at, value, is_nan)";
    private const string InsertPoints = $"{PointColumns} SELECT @RunId, p.key, p.step, p.at, p.value, p.is_nan {Unnested} {PointIsThere}";
    private const string UpsertLatests =
        $"{LatestColumns} SELECT @RunId, @ExperimentId, p.key, p.step, p.at, p.value, p.is_nan {Unnested} {LatestIsOlder}";

    private const string UpsertOfModel = """
        INSERT INTO reg_logged_model_metric (model_id, key, dataset_name, dataset_digest, run_id, step, at, value, is_nan)
        VALUES (@ModelId, @Key, @DatasetName, @DatasetDigest, @RunId, @Step, @At, @Value, @IsNan)
        ON CONFLICT (model_id, key, dataset_name, dataset_digest) DO UPDATE
        SET run_id = excluded.run_id, step = excluded.step, at = excluded.at, value = excluded.value, is_nan = excluded.is_nan
        WHERE (excluded.step, excluded.at, 1 - excluded.is_nan, excluded.value)
            > (reg_logged_model_metric.step, reg_logged_model_metric.at, 1 - reg_logged_model_metric.is_nan, reg_logged_model_metric.value)
        """;

    public Task WriteAsync(string runId, string experimentId, IReadOnlyList<LoggedMetric> points) =>
        database.WriteAsync(
            Durability.Process,
            work => WriteAsync(work, [.. points.Select(p => ToRow(runId, experimentId, p.Key, p.Value, p.Step, p.At))])
        );

    /// <summary>Writes points that came with a batch, those of logged models beside the run's.</summary>
    public async Task WriteAsync(IUnitOfWork work, RunRow run, IReadOnlyList<MetricEntry> points)
    {
        var rows = points.Select(p => ToRow(run.Id, run.ExperimentId, p.Key, p.Value, p.Step, StoredTime.ToMicros(p.Time))).ToList();
        await WriteAsync(work, rows).ConfigureAwait(false);
        var ofModels = points
            .Zip(rows)
            .Where(p => p.First.ModelId is not null)
            .Select(p => new
            {
                p.First.ModelId,
                DatasetName = p.First.DatasetName ?? string.Empty,
                DatasetDigest = p.First.DatasetDigest ?? string.Empty,
                p.Second.RunId,
                p.Second.Key,
                p.Second.Step,
                p.Second.At,
                p.Second.Value,
                p.Second.IsNan,
            })
            .ToList();
        foreach (var point in ofModels.OrderBy(p => p.ModelId, StringComparer.Ordinal).ThenBy(p => p.Key, StringComparer.Ordinal))
        {
            await LoggedModelStore.GetActiveAsync(work, point.ModelId!).ConfigureAwait(false);
            await work.Connection.ExecuteAsync(UpsertOfModel, point, work.Transaction).ConfigureAwait(false);
        }
    }

    private async Task WriteAsync(IUnitOfWork work, List<MetricRow> rows)
    {
        // In key order, so that two batches of one run cannot deadlock on a database that locks rows.
        var latest = rows.GroupBy(r => r.Key, StringComparer.Ordinal)
            .OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => g.MaxBy(r => (r.Step, r.At, 1 - r.IsNan, r.Value))!)
            .ToList();
        if (database.Dialect.Product == "postgresql")
        {
            await work.Connection.ExecuteAsync(InsertPoints, ToColumns(rows), work.Transaction).ConfigureAwait(false);
            await work.Connection.ExecuteAsync(UpsertLatests, ToColumns(latest), work.Transaction).ConfigureAwait(false);
        }
        else
        {
            await work.Connection.ExecuteAsync(InsertPoint, rows, work.Transaction).ConfigureAwait(false);
            await work.Connection.ExecuteAsync(UpsertLatest, latest, work.Transaction).ConfigureAwait(false);
        }

        RegistryDiagnostics.MetricPoints.Add(rows.Count);
    }

    /// <summary>Rows of one run, column by column.</summary>
    private static object ToColumns(List<MetricRow> rows) =>
        new
        {
            rows[0].RunId,
            rows[0].ExperimentId,
            Keys = rows.ConvertAll(r => r.Key).ToArray(),
            Steps = rows.ConvertAll(r => r.Step).ToArray(),
            Times = rows.ConvertAll(r => r.At).ToArray(),
            Values = rows.ConvertAll(r => r.Value).ToArray(),
            Nans = rows.ConvertAll(r => (long)r.IsNan).ToArray(),
        };

    private static MetricRow ToRow(string runId, string experimentId, string key, double value, long step, long at) =>
        new()
        {
            RunId = runId,
            ExperimentId = experimentId,
            Key = key,
            Step = step,
            At = at,
            Value = double.IsNaN(value) ? 0 : value,
            IsNan = double.IsNaN(value) ? 1 : 0,
        };
}
