using System.Data.Common;
using Dapper;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

internal sealed partial class ExperimentTracker
{
    public async Task<RunInfo?> GetRunAsync(RunId id, CancellationToken cancellationToken = default)
    {
        var runs = await ReadRunsAsync(
                $"SELECT {RunRow.Columns} FROM {RunRow.From} WHERE r.id = @Id",
                new { Id = id.ToString() },
                cancellationToken
            )
            .ConfigureAwait(false);
        return runs.SingleOrDefault();
    }

    public Task<IReadOnlyList<RunInfo>> GetChildrenAsync(RunId id, CancellationToken cancellationToken = default) =>
        ReadRunsAsync(
            $"SELECT {RunRow.Columns} FROM {RunRow.From} WHERE r.parent_id = @Id ORDER BY r.start_time, r.id",
            new { Id = id.ToString() },
            cancellationToken
        );

    public Task<IReadOnlyList<MetricPoint>> GetMetricHistoryAsync(
        RunId id,
        string key,
        MetricPoint? after = null,
        int limit = 25_000,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(key);
        CheckLimit(limit, 25_000);
        var sql = $"""
            SELECT {MetricRow.Columns} FROM reg_metric_point
            WHERE run_id = @Id AND key = @key {(after is null ? "" : "AND (step, at, value, is_nan) > (@Step, @At, @Value, @IsNan)")}
            ORDER BY step, at, value, is_nan LIMIT @limit
            """;
        var isNan = after is { } a && double.IsNaN(a.Value);
        var parameters = new
        {
            Id = id.ToString(),
            key,
            limit,
            Step = after?.Step,
            At = StoredTime.ToMicros(after?.Time),
            Value = isNan ? 0 : after?.Value,
            IsNan = isNan ? 1 : 0,
        };
        return database.ReadAsync<IReadOnlyList<MetricPoint>>(
            async connection =>
                [
                    .. (
                        await connection
                            .QueryAsync<MetricRow>(new(sql, parameters, cancellationToken: cancellationToken))
                            .ConfigureAwait(false)
                    ).Select(r => r.ToPoint()),
                ],
            cancellationToken
        );
    }

    public Task<IReadOnlyList<DatasetUse>> ListDatasetsAsync(
        IReadOnlyCollection<string> experimentIds,
        int limit = 1000,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(experimentIds);
        CheckLimit(limit, 1000);
        var sql = $"""
            SELECT DISTINCT d.experiment_id AS ExperimentId, d.name AS Name, d.digest AS Digest, t.value AS Context
            FROM reg_dataset d
            JOIN reg_run_input i ON i.dataset_id = d.id
            JOIN reg_run r ON r.id = i.run_id
            LEFT JOIN reg_run_input_tag t ON t.run_id = i.run_id AND t.dataset_id = i.dataset_id AND t.key = @Key
            WHERE {database.Dialect.In("d.experiment_id", "@Experiments")} AND r.deleted_at IS NULL
            ORDER BY d.experiment_id, d.name, d.digest, t.value LIMIT @limit
            """;
        var values = new
        {
            Experiments = experimentIds.ToArray(),
            limit,
            Key = MlflowTags.DatasetContext,
        };
        return database.ReadAsync<IReadOnlyList<DatasetUse>>(
            async connection =>
            {
                var rows = await connection
                    .QueryAsync<DatasetUse>(new(sql, values, cancellationToken: cancellationToken))
                    .ConfigureAwait(false);
                return rows.AsList();
            },
            cancellationToken
        );
    }

    public async Task<IReadOnlyList<ArtifactFile>> ListArtifactsAsync(RunId id, CancellationToken cancellationToken = default)
    {
        const int Page = 10_000;
        var all = new List<ArtifactFile>();
        IReadOnlyList<ArtifactFile> page;
        do
        {
            page = await trees
                .ListFilesAsync(ArtifactTreeId.OfRun(id), null, all.LastOrDefault()?.Path, Page, cancellationToken)
                .ConfigureAwait(false);
            all.AddRange(page);
        } while (page.Count == Page);

        return all;
    }

    public async Task<Stream> OpenArtifactAsync(RunId id, string path, CancellationToken cancellationToken = default)
    {
        var opened = await trees.OpenAsync(ArtifactTreeId.OfRun(id), ArtifactPath.Parse(path), cancellationToken).ConfigureAwait(false);
        return opened.Content;
    }

    private Task<IReadOnlyList<RunInfo>> ReadRunsAsync(string sql, object parameters, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<RunInfo>>(
            async connection =>
            {
                var rows = await connection
                    .QueryAsync<RunRow>(new(sql, parameters, cancellationToken: cancellationToken))
                    .ConfigureAwait(false);
                return await LoadAsync(connection, rows.AsList(), RunFields.All, cancellationToken).ConfigureAwait(false);
            },
            cancellationToken
        );

    /// <summary>Adds what belongs to the runs: one query a kind, never one a run.</summary>
    private async Task<IReadOnlyList<RunInfo>> LoadAsync(
        DbConnection connection,
        List<RunRow> rows,
        RunFields fields,
        CancellationToken cancellationToken
    )
    {
        if (rows.Count == 0)
        {
            return [];
        }

        var ids = new { Ids = rows.Select(r => r.Id).ToArray() };
        var ofRuns = database.Dialect.In("run_id", "@Ids");
        Task<IEnumerable<T>> QueryAsync<T>(RunFields kind, string sql) =>
            fields.HasFlag(kind)
                ? connection.QueryAsync<T>(new(sql, ids, cancellationToken: cancellationToken))
                : Task.FromResult<IEnumerable<T>>([]);
        var paramsSql = $"SELECT run_id, key, value FROM reg_run_param WHERE {ofRuns}";
        var parameters = await QueryAsync<(string Run, string Key, string Value)>(RunFields.Params, paramsSql).ConfigureAwait(false);
        var tagsSql = $"SELECT run_id, key, value FROM reg_run_tag WHERE {ofRuns}";
        var tags = await QueryAsync<(string Run, string Key, string Value)>(RunFields.Tags, tagsSql).ConfigureAwait(false);
        var metricsSql = $"SELECT {MetricRow.Columns} FROM reg_metric_latest WHERE {ofRuns}";
        var latest = await QueryAsync<MetricRow>(RunFields.Metrics, metricsSql).ConfigureAwait(false);
        var inputsSql = $"""
            SELECT i.run_id AS RunId, d.id AS DatasetId, d.name AS Name, d.digest AS Digest, d.source_type AS SourceType, d.source AS Source,
                d.schema_json AS SchemaJson, d.schema_text AS SchemaText, d.profile AS Profile
            FROM reg_run_input i JOIN reg_dataset d ON d.id = i.dataset_id
            WHERE {database.Dialect.In("i.run_id", "@Ids")} ORDER BY d.name, d.digest
            """;
        var inputs = await QueryAsync<RunInputRow>(RunFields.Inputs, inputsSql).ConfigureAwait(false);
        var usesSql = $"SELECT run_id, dataset_id, key, value FROM reg_run_input_tag WHERE {ofRuns}";
        var uses = await QueryAsync<(string Run, string Dataset, string Key, string Value)>(RunFields.Inputs, usesSql)
            .ConfigureAwait(false);
        var modelsSql = $"SELECT run_id, direction, model_id, step FROM reg_run_model WHERE {ofRuns} ORDER BY step, model_id";
        var models = await QueryAsync<(string Run, string Direction, string Model, long Step)>(RunFields.Inputs, modelsSql)
            .ConfigureAwait(false);
        var paramsOf = parameters.ToLookup(p => p.Run, StringComparer.Ordinal);
        var tagsOf = tags.ToLookup(t => t.Run, StringComparer.Ordinal);
        var latestOf = latest.ToLookup(m => m.RunId, StringComparer.Ordinal);
        var inputsOf = inputs.ToLookup(i => i.RunId, StringComparer.Ordinal);
        var usesOf = uses.ToLookup(u => (u.Run, u.Dataset));
        var modelsOf = models.ToLookup(m => (m.Run, m.Direction));
        return
        [
            .. rows.Select(r =>
                r.ToInfo() with
                {
                    Params = paramsOf[r.Id].ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal),
                    Tags = tagsOf[r.Id].ToDictionary(t => t.Key, t => t.Value, StringComparer.Ordinal),
                    Metrics = latestOf[r.Id].ToDictionary(m => m.Key, m => m.ToPoint(), StringComparer.Ordinal),
                    Inputs =
                    [
                        .. inputsOf[r.Id]
                            .Select(i =>
                                i.ToDataset() with
                                {
                                    Tags = usesOf[(r.Id, i.DatasetId)].ToDictionary(u => u.Key, u => u.Value, StringComparer.Ordinal),
                                }
                            ),
                    ],
                    ModelInputs = [.. modelsOf[(r.Id, "input")].Select(m => m.Model)],
                    ModelOutputs = [.. modelsOf[(r.Id, "output")].Select(m => new RunModelOutput(m.Model, m.Step))],
                }
            ),
        ];
    }

    private static void CheckLimit(int limit, int maximum)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, maximum);
    }
}
