using System.Data.Common;
using Dapper;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

internal sealed partial class ExperimentTracker
{
    public Task<IReadOnlyList<Experiment>> ListExperimentsAsync(
        string? after = null,
        int limit = 100,
        CancellationToken cancellationToken = default
    )
    {
        CheckLimit(limit, 1000);
        const string Sql = "SELECT id, name, created_at FROM reg_experiment WHERE name > @after ORDER BY name LIMIT @limit";
        var parameters = new { after = after ?? string.Empty, limit };
        return database.ReadAsync<IReadOnlyList<Experiment>>(
            async connection =>
                [
                    .. (
                        await connection
                            .QueryAsync<(string Id, string Name, long At)>(new(Sql, parameters, cancellationToken: cancellationToken))
                            .ConfigureAwait(false)
                    ).Select(r => new Experiment(r.Id, r.Name, StoredTime.FromMicros(r.At))),
                ],
            cancellationToken
        );
    }

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

    public Task<IReadOnlyList<RunArtifact>> ListArtifactsAsync(RunId id, CancellationToken cancellationToken = default)
    {
        const string Sql = "SELECT path, digest, size FROM reg_artifact_entry WHERE owner_kind = 'run' AND owner_id = @Id ORDER BY path";
        return database.ReadAsync<IReadOnlyList<RunArtifact>>(
            async connection =>
                [
                    .. (
                        await connection
                            .QueryAsync<(string Path, string Digest, long Size)>(
                                new(Sql, new { Id = id.ToString() }, cancellationToken: cancellationToken)
                            )
                            .ConfigureAwait(false)
                    ).Select(r => new RunArtifact(r.Path, ArtifactDigest.Parse(r.Digest), r.Size)),
                ],
            cancellationToken
        );
    }

    public async Task<Stream> OpenArtifactAsync(RunId id, string path, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        const string Sql = "SELECT digest FROM reg_artifact_entry WHERE owner_kind = 'run' AND owner_id = @Id AND path = @path";
        var digest = await database
            .ReadAsync(
                c => c.QuerySingleOrDefaultAsync<string>(new(Sql, new { Id = id.ToString(), path }, cancellationToken: cancellationToken)),
                cancellationToken
            )
            .ConfigureAwait(false);
        return digest is null
            ? throw new AssetNotFoundException(new(AssetKind.Run, id.ToString()), $"No file '{path}' was logged to such a run.")
            : await artifacts.OpenReadAsync(ArtifactDigest.Parse(digest), cancellationToken).ConfigureAwait(false);
    }

    private Task<IReadOnlyList<RunInfo>> ReadRunsAsync(string sql, object parameters, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<RunInfo>>(
            async connection =>
            {
                var rows = await connection
                    .QueryAsync<RunRow>(new(sql, parameters, cancellationToken: cancellationToken))
                    .ConfigureAwait(false);
                return await LoadAsync(connection, rows.AsList(), cancellationToken).ConfigureAwait(false);
            },
            cancellationToken
        );

    /// <summary>Adds what belongs to the runs: one query a kind, never one a run.</summary>
    private async Task<IReadOnlyList<RunInfo>> LoadAsync(DbConnection connection, List<RunRow> rows, CancellationToken cancellationToken)
    {
        if (rows.Count == 0)
        {
            return [];
        }

        var ids = new { Ids = rows.Select(r => r.Id).ToArray() };
        var ofRuns = database.Dialect.In("run_id", "@Ids");
        CommandDefinition Query(string sql) => new(sql, ids, cancellationToken: cancellationToken);
        var parameters = await connection
            .QueryAsync<(string Run, string Key, string Value)>(Query($"SELECT run_id, key, value FROM reg_run_param WHERE {ofRuns}"))
            .ConfigureAwait(false);
        var tags = await connection
            .QueryAsync<(string Run, string Key, string Value)>(Query($"SELECT run_id, key, value FROM reg_run_tag WHERE {ofRuns}"))
            .ConfigureAwait(false);
        var latest = await connection
            .QueryAsync<MetricRow>(Query($"SELECT {MetricRow.Columns} FROM reg_metric_latest WHERE {ofRuns}"))
            .ConfigureAwait(false);
        var inputsSql = $"""
            SELECT i.run_id, d.name, d.digest, d.schema_json FROM reg_run_input i JOIN reg_dataset d ON d.id = i.dataset_id
            WHERE {ofRuns} ORDER BY d.name, d.digest
            """;
        var inputs = await connection
            .QueryAsync<(string Run, string Name, string Digest, string? Schema)>(Query(inputsSql))
            .ConfigureAwait(false);
        var paramsOf = parameters.ToLookup(p => p.Run, StringComparer.Ordinal);
        var tagsOf = tags.ToLookup(t => t.Run, StringComparer.Ordinal);
        var latestOf = latest.ToLookup(m => m.RunId, StringComparer.Ordinal);
        var inputsOf = inputs.ToLookup(i => i.Run, StringComparer.Ordinal);
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
                            .Select(i => new RunDataset(i.Name, i.Digest, i.Schema is null ? null : DataSchema.FromJson(i.Schema))),
                    ],
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
