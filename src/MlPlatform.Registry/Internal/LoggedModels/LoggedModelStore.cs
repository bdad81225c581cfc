using System.Text.Json.Nodes;
using Dapper;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

internal sealed class LoggedModelStore(IMetadataDatabase database, Clocks clocks) : ILoggedModels
{
    private readonly SearchEngine search = new(database);

    public async Task<LoggedModel> CreateAsync(
        string experimentId,
        LoggedModelOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(experimentId);
        options ??= new();
        if (options.Name is { } name)
        {
            RunRules.CheckName(name, nameof(options));
        }

        RunRules.CheckLength(options.ModelType ?? string.Empty, 500, "model type", nameof(options));
        CheckValues(options.Params, RunRules.ParamLength);
        CheckValues(options.Tags, RunRules.TagLength);
        var id = options.Id is { } given ? ArtifactTreeId.OfLoggedModel(given).Asset.Id : "m-" + RunId.New(clocks.Platform);
        await database
            .WriteAsync(Durability.Process, work => InsertAsync(work, id, experimentId, options), cancellationToken)
            .ConfigureAwait(false);
        return (await GetAsync(id, cancellationToken).ConfigureAwait(false))!;
    }

    public async Task<LoggedModel?> GetAsync(string id, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        return await database
            .ReadAsync(
                async connection =>
                {
                    var rows = await connection
                        .QueryAsync<LoggedModelRow>(
                            new(
                                $"SELECT {LoggedModelRow.Columns} FROM {LoggedModelRow.From} WHERE m.id = @id",
                                new { id },
                                cancellationToken: cancellationToken
                            )
                        )
                        .ConfigureAwait(false);
                    return (
                        await LoggedModelRow.LoadAsync(connection, database.Dialect, rows.AsList()).ConfigureAwait(false)
                    ).SingleOrDefault();
                },
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    public Task<Page<LoggedModel>> SearchAsync(LoggedModelQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Limit, 1, nameof(query));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.Limit, 1000, nameof(query));
        var request = new SearchRequest
        {
            Schema = LoggedModelSchema.Instance,
            ExperimentIds = query.ExperimentIds,
            Filter = query.Filter,
            Datasets = query.Datasets,
            Orders = [.. query.OrderBy.Select(ToKey)],
            View = query.View,
            Limit = query.Limit,
            PageToken = query.PageToken,
        };
        return search.SearchAsync(
            request,
            async (connection, found) =>
            {
                var sql = $"SELECT {LoggedModelRow.Columns} FROM {LoggedModelRow.From} WHERE {database.Dialect.In("m.id", "@Ids")}";
                var ids = found.Select(f => f.Id[0]).ToArray();
                var rows = (
                    await connection
                        .QueryAsync<LoggedModelRow>(new(sql, new { Ids = ids }, cancellationToken: cancellationToken))
                        .ConfigureAwait(false)
                ).ToDictionary(r => r.Id, StringComparer.Ordinal);
                return await LoggedModelRow.LoadAsync(connection, database.Dialect, [.. ids.Select(id => rows[id])]).ConfigureAwait(false);
            },
            cancellationToken
        );
    }

    private static SearchOrderKey ToKey(LoggedModelOrder order)
    {
        var dot = order.Key.IndexOf('.', StringComparison.Ordinal);
        var key = dot < 0 ? new SearchKey(null, order.Key, 0) : new SearchKey(order.Key[..dot], order.Key[(dot + 1)..], 0);
        return new(key, order.IsDescending, order.Dataset);
    }

    public Task<LoggedModel> EndAsync(
        string id,
        LoggedModelStatus status,
        string? message = null,
        CancellationToken cancellationToken = default
    )
    {
        if (status == LoggedModelStatus.Pending)
        {
            throw new ArgumentException("A logged model ends as Ready or UploadFailed; that cannot be taken back.", nameof(status));
        }

        return ChangeAsync(
            id,
            async (work, row) =>
            {
                var values = new
                {
                    row.Id,
                    Status = status.ToString(),
                    message,
                };
                await work
                    .Connection.ExecuteAsync(
                        "UPDATE reg_logged_model SET status = @Status, status_message = @message WHERE id = @Id",
                        values,
                        work.Transaction
                    )
                    .ConfigureAwait(false);
                if (!string.Equals(row.Status, values.Status, StringComparison.Ordinal))
                {
                    work.Append(new(EventTypes.LoggedModelEnded, row.Asset) { Payload = new JsonObject { ["status"] = values.Status } });
                }
            },
            cancellationToken
        );
    }

    public Task LogParamsAsync(string id, IReadOnlyDictionary<string, string> values, CancellationToken cancellationToken = default)
    {
        CheckValues(values, RunRules.ParamLength);
        return ChangeAsync(id, (work, row) => WriteParamsAsync(work, row.Id, values), cancellationToken);
    }

    public Task<LoggedModel> SetTagsAsync(
        string id,
        IReadOnlyDictionary<string, string> tags,
        CancellationToken cancellationToken = default
    )
    {
        CheckValues(tags, RunRules.TagLength);
        return ChangeAsync(id, (work, row) => WriteTagsAsync(work, row.Id, tags), cancellationToken);
    }

    public Task DeleteTagAsync(string id, string key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        return ChangeAsync(
            id,
            async (work, row) =>
            {
                const string Sql = "DELETE FROM reg_logged_model_tag WHERE model_id = @Id AND key = @key";
                if (await work.Connection.ExecuteAsync(Sql, new { row.Id, key }, work.Transaction).ConfigureAwait(false) == 0)
                {
                    throw new AssetNotFoundException(new(AssetKind.LoggedModel, $"{row.Id}/tags/{key}"));
                }
            },
            cancellationToken
        );
    }

    public Task DeleteAsync(string id, CancellationToken cancellationToken = default) =>
        database.WriteAsync(
            Durability.Power,
            async work =>
            {
                var row = await FindAsync(work, id).ConfigureAwait(false);
                if (row.DeletedAt is not null)
                {
                    return;
                }

                const string Sql = "UPDATE reg_logged_model SET deleted_at = @Now, updated_at = @Now WHERE id = @Id";
                var values = new { row.Id, Now = clocks.Platform.NowMicros() };
                await work.Connection.ExecuteAsync(Sql, values, work.Transaction).ConfigureAwait(false);
                work.Append(new(EventTypes.LoggedModelDeleted, row.Asset));
            },
            cancellationToken
        );

    /// <summary>A logged model that takes writes.</summary>
    public static async Task<LoggedModelRow> GetActiveAsync(IUnitOfWork work, string id)
    {
        var row = await FindAsync(work, id).ConfigureAwait(false);
        return row.DeletedAt is null ? row : throw new AssetDeletedException(row.Asset);
    }

    private static async Task<LoggedModelRow> FindAsync(IUnitOfWork work, string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return await work
                .Connection.QuerySingleOrDefaultAsync<LoggedModelRow>(
                    $"SELECT {LoggedModelRow.Columns} FROM {LoggedModelRow.From} WHERE m.id = @id",
                    new { id },
                    work.Transaction
                )
                .ConfigureAwait(false)
            ?? throw new AssetNotFoundException(new(AssetKind.LoggedModel, id));
    }

    private async Task InsertAsync(IUnitOfWork work, string id, string experimentId, LoggedModelOptions options)
    {
        await ExperimentTracker.GetActiveAsync(work, experimentId).ConfigureAwait(false);
        if (options.SourceRunId is { } run)
        {
            await ExperimentTracker.GetActiveRunAsync(work, run).ConfigureAwait(false);
        }

        const string Sql = """
            INSERT INTO reg_logged_model (id, experiment_id, name, model_type, source_run_id, status, created_at, updated_at)
            VALUES (@id, @experimentId, @Name, @ModelType, @Run, @Status, @Now, @Now)
            ON CONFLICT (id) DO NOTHING
            """;
        var row = new
        {
            id,
            experimentId,
            Name = options.Name ?? $"model-{id[^8..]}",
            options.ModelType,
            Run = options.SourceRunId?.ToString(),
            Status = LoggedModelStatus.Pending.ToString(),
            Now = clocks.Platform.NowMicros(),
        };
        var asset = new AssetRef(AssetKind.LoggedModel, id);
        if (await work.Connection.ExecuteAsync(Sql, row, work.Transaction).ConfigureAwait(false) == 0)
        {
            throw new AssetExistsException(asset);
        }

        await WriteParamsAsync(work, id, options.Params).ConfigureAwait(false);
        await WriteTagsAsync(work, id, options.Tags).ConfigureAwait(false);
        if (row.Run is not null)
        {
            work.Link(new(AssetKind.Run, row.Run), asset, "produced");
        }

        work.Append(
            new(EventTypes.LoggedModelCreated, asset)
            {
                Payload = new JsonObject { ["name"] = row.Name, ["runId"] = row.Run },
            }
        );
    }

    private async Task<LoggedModel> ChangeAsync(
        string id,
        Func<IUnitOfWork, LoggedModelRow, Task> change,
        CancellationToken cancellationToken
    )
    {
        await database
            .WriteAsync(
                Durability.Process,
                async work =>
                {
                    var row = await GetActiveAsync(work, id).ConfigureAwait(false);
                    await change(work, row).ConfigureAwait(false);
                    await work
                        .Connection.ExecuteAsync(
                            "UPDATE reg_logged_model SET updated_at = @Now WHERE id = @Id",
                            new { row.Id, Now = clocks.Platform.NowMicros() },
                            work.Transaction
                        )
                        .ConfigureAwait(false);
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        return (await GetAsync(id, cancellationToken).ConfigureAwait(false))!;
    }

    private static async Task WriteParamsAsync(IUnitOfWork work, string id, IReadOnlyDictionary<string, string> values)
    {
        const string Insert = """
            INSERT INTO reg_logged_model_param (model_id, key, value) VALUES (@id, @key, @value) ON CONFLICT (model_id, key) DO NOTHING
            """;
        const string Existing = "SELECT value FROM reg_logged_model_param WHERE model_id = @id AND key = @key";
        foreach (var (key, value) in values)
        {
            var param = new
            {
                id,
                key,
                value,
            };
            if (await work.Connection.ExecuteAsync(Insert, param, work.Transaction).ConfigureAwait(false) > 0)
            {
                continue;
            }

            var existing = await work.Connection.QuerySingleAsync<string>(Existing, param, work.Transaction).ConfigureAwait(false);
            if (!string.Equals(existing, value, StringComparison.Ordinal))
            {
                throw new LoggedModelParamConflictException(id, key, existing, value);
            }
        }
    }

    private static Task<int> WriteTagsAsync(IUnitOfWork work, string id, IReadOnlyDictionary<string, string> tags)
    {
        const string Sql = """
            INSERT INTO reg_logged_model_tag (model_id, key, value) VALUES (@id, @Key, @Value)
            ON CONFLICT (model_id, key) DO UPDATE SET value = excluded.value
            """;
        var rows = tags.Select(t => new
        {
            id,
            t.Key,
            t.Value,
        });
        return work.Connection.ExecuteAsync(Sql, rows, work.Transaction);
    }

    private static void CheckValues(IReadOnlyDictionary<string, string> values, int length)
    {
        ArgumentNullException.ThrowIfNull(values);
        foreach (var (key, value) in values)
        {
            RunRules.CheckKey(key, nameof(values));
            RunRules.CheckLength(value, length, key, nameof(values));
        }
    }
}
