using Dapper;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

/// <summary>Writes metric points as a set, and the latest of each metric beside them.</summary>
internal sealed class MetricStore(IMetadataDatabase database)
{
    private const string PointIsThere = "ON CONFLICT (run_id, key, step, at, value, is_nan) DO NOTHING";

    // Compared in SQL, so that batches may arrive in any order, from any process.
    private const string LatestIsOlder = """
        ON CONFLICT (run_id, key) DO UPDATE SET step = excluded.step, at = excluded.at, value = excluded.value, is_nan = excluded.is_nan
        WHERE (excluded.step, excluded.at, 1 - excluded.is_nan, excluded.value)
            > (reg_metric_latest.step, reg_metric_latest.at, 1 - reg_metric_latest.is_nan, reg_metric_latest.value)
        """;

    private const string UpsertOfModel = """
        INSERT INTO reg_logged_model_metric (model_id, key, dataset_name, dataset_digest, run_id, step, at, value, is_nan)
        VALUES (@ModelId, @Key, @DatasetName, @DatasetDigest, @RunId, @Step, @At, @Value, @IsNan)
        ON CONFLICT (model_id, key, dataset_name, dataset_digest) DO UPDATE
        SET run_id = excluded.run_id, step = excluded.step, at = excluded.at, value = excluded.value, is_nan = excluded.is_nan
        WHERE (excluded.step, excluded.at, 1 - excluded.is_nan, excluded.value)
            > (reg_logged_model_metric.step, reg_logged_model_metric.at, 1 - reg_logged_model_metric.is_nan, reg_logged_model_metric.value)
        """;

    public Task WriteAsync(string runId, string experimentId, IReadOnlyList<LoggedMetric> points)
    {
        var columns = new MetricColumns(points.Count);
        foreach (var point in points)
        {
            columns.Add(point.Key, point.Value, point.Step, point.At);
        }

        return database.WriteAsync(Durability.Process, work => WriteAsync(work, runId, experimentId, columns));
    }

    /// <summary>Writes points that came with a batch, those of logged models beside the run's.</summary>
    public async Task WriteAsync(IUnitOfWork work, RunRow run, IReadOnlyList<MetricEntry> points)
    {
        var columns = new MetricColumns(points.Count);
        foreach (var point in points)
        {
            columns.Add(point.Key, point.Value, point.Step, StoredTime.ToMicros(point.Time));
        }

        await WriteAsync(work, run.Id, run.ExperimentId, columns).ConfigureAwait(false);
        var ofModels = points.Where(p => p.ModelId is not null);
        foreach (var point in ofModels.OrderBy(p => p.ModelId, StringComparer.Ordinal).ThenBy(p => p.Key, StringComparer.Ordinal))
        {
            await LoggedModelStore.GetActiveAsync(work, point.ModelId!).ConfigureAwait(false);
            var row = new
            {
                point.ModelId,
                point.Key,
                DatasetName = point.DatasetName ?? string.Empty,
                DatasetDigest = point.DatasetDigest ?? string.Empty,
                RunId = run.Id,
                point.Step,
                At = StoredTime.ToMicros(point.Time),
                Value = double.IsNaN(point.Value) ? 0 : point.Value,
                IsNan = double.IsNaN(point.Value) ? 1 : 0,
            };
            await work.Connection.ExecuteAsync(UpsertOfModel, row, work.Transaction).ConfigureAwait(false);
        }
    }

    /// <summary>The latest first: its row points at the run, and keeps it from being purged between the two.</summary>
    private async Task WriteAsync(IUnitOfWork work, string runId, string experimentId, MetricColumns points)
    {
        var run = new InsertColumn("run_id", runId);
        var latest = points.Latest().ToInsert(run, new("experiment_id", experimentId));
        await database.Dialect.InsertAsync(work, "reg_metric_latest", latest, LatestIsOlder).ConfigureAwait(false);
        await database.Dialect.InsertAsync(work, "reg_metric_point", points.ToInsert(run), PointIsThere).ConfigureAwait(false);
        RegistryDiagnostics.MetricPoints.Add(points.Count);
    }
}
