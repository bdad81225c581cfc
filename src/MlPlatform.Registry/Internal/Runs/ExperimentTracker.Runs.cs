using System.Text.Json.Nodes;
using Dapper;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

internal sealed partial class ExperimentTracker
{
    public async Task<RunInfo> CreateRunAsync(
        string experimentId,
        RunOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(experimentId);
        options ??= new();
        RunRules.Check(options);
        var id = options.RunId ?? RunId.New(clocks.Platform);
        await WriteAsync(
                async work =>
                {
                    var parent = await GetActiveAsync(work, experimentId, database.Dialect.ForKeyShare()).ConfigureAwait(false);
                    await StartAsync(work, parent, id.ToString(), options).ConfigureAwait(false);
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        return (await GetRunAsync(id, cancellationToken).ConfigureAwait(false))!;
    }

    public Task LogBatchAsync(RunId id, RunBatch batch, CancellationToken cancellationToken = default)
    {
        RunRules.Check(batch);
        return WriteAsync(
            async work =>
            {
                // The rows that are written take this lock anyway; taken here, a delete or a rename comes before the whole batch or after it.
                var row = await GetActiveRunAsync(work, id, database.Dialect.ForKeyShare("r")).ConfigureAwait(false);

                // In key order, so that two batches of one run cannot deadlock on a database that locks rows.
                await WriteParamsAsync(work, row, batch.Params.OrderBy(p => p.Key, StringComparer.Ordinal)).ConfigureAwait(false);
                foreach (var (key, value) in batch.Tags.OrderBy(t => t.Key, StringComparer.Ordinal))
                {
                    await WriteTagAsync(work, row, key, value).ConfigureAwait(false);
                }

                if (batch.Metrics.Count > 0)
                {
                    await metrics.WriteAsync(work, row, batch.Metrics).ConfigureAwait(false);
                }
            },
            cancellationToken
        );
    }

    public Task DeleteTagAsync(RunId id, string key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        return WriteAsync(
            async work =>
            {
                var row = await GetActiveRunAsync(work, id).ConfigureAwait(false);
                const string Sql = "DELETE FROM reg_run_tag WHERE run_id = @Id AND key = @key";
                if (await work.Connection.ExecuteAsync(Sql, new { row.Id, key }, work.Transaction).ConfigureAwait(false) == 0)
                {
                    throw new AssetNotFoundException(new(AssetKind.Run, $"{row.Id}/tags/{key}"));
                }
            },
            cancellationToken
        );
    }

    public async Task<RunInfo> UpdateRunAsync(RunId id, RunChange change, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        if (change.Name is { } name)
        {
            RunRules.CheckName(name, nameof(change));
        }

        await WriteAsync(work => UpdateRunAsync(work, id, change), cancellationToken).ConfigureAwait(false);
        return (await GetRunAsync(id, cancellationToken).ConfigureAwait(false))!;
    }

    public Task DeleteRunAsync(RunId id, CancellationToken cancellationToken = default) =>
        SetDeletedAsync(id, clocks.Platform.NowMicros(), EventTypes.RunDeleted, cancellationToken);

    public Task RestoreRunAsync(RunId id, CancellationToken cancellationToken = default) =>
        SetDeletedAsync(id, null, EventTypes.RunRestored, cancellationToken);

    private async Task UpdateRunAsync(IUnitOfWork work, RunId id, RunChange change)
    {
        var row = await GetActiveRunAsync(work, id, database.Dialect.ForUpdate("r")).ConfigureAwait(false);
        if (change.Name is { } name && !string.Equals(name, row.Name, StringComparison.Ordinal))
        {
            await RenameAsync(work, row, name).ConfigureAwait(false);
            await work
                .Connection.ExecuteAsync(
                    "UPDATE reg_run_tag SET value = @name WHERE run_id = @Id AND key = @Key",
                    new
                    {
                        name,
                        row.Id,
                        Key = MlflowTags.RunName,
                    },
                    work.Transaction
                )
                .ConfigureAwait(false);
        }

        if (change.Status is null && change.EndTime is null)
        {
            return;
        }

        var status = change.Status is { } wanted ? RunRow.ToText(wanted) : row.Status;
        var isOpen = RunRow.IsOpen(status);
        const string Sql = "UPDATE reg_run SET status = @status, end_time = @End WHERE id = @Id";
        var values = new
        {
            status,
            End = isOpen ? (long?)null
            : change.EndTime is { } end ? StoredTime.ToMicros(end)
            : row.EndTime ?? clocks.Platform.NowMicros(),
            row.Id,
        };
        await work.Connection.ExecuteAsync(Sql, values, work.Transaction).ConfigureAwait(false);
        if (!isOpen && !string.Equals(status, row.Status, StringComparison.Ordinal))
        {
            work.Append(
                new(EventTypes.RunEnded, row.Asset)
                {
                    Related = [row.ExperimentAsset],
                    Payload = new JsonObject { ["status"] = status },
                }
            );
        }
    }

    private static Task<int> RenameAsync(IUnitOfWork work, RunRow row, string name) =>
        work.Connection.ExecuteAsync("UPDATE reg_run SET name = @name WHERE id = @Id", new { name, row.Id }, work.Transaction);

    private Task SetDeletedAsync(RunId id, long? at, string type, CancellationToken cancellationToken) =>
        database.WriteAsync(
            Durability.Power,
            async work =>
            {
                var row =
                    await FindRowAsync(work, id.ToString(), database.Dialect.ForUpdate("r")).ConfigureAwait(false)
                    ?? throw new AssetNotFoundException(new(AssetKind.Run, id.ToString()));
                if (row.DeletedAt is null == at is null)
                {
                    return;
                }

                await work
                    .Connection.ExecuteAsync("UPDATE reg_run SET deleted_at = @at WHERE id = @Id", new { at, row.Id }, work.Transaction)
                    .ConfigureAwait(false);
                work.Append(new(type, row.Asset) { Related = [row.ExperimentAsset] });
            },
            cancellationToken
        );

    /// <summary>A run that takes writes.</summary>
    internal static async Task<RunRow> GetActiveRunAsync(IUnitOfWork work, RunId id, string locks = "")
    {
        var row =
            await FindRowAsync(work, id.ToString(), locks).ConfigureAwait(false)
            ?? throw new AssetNotFoundException(new(AssetKind.Run, id.ToString()));
        return row.DeletedAt is null ? row : throw new AssetDeletedException(row.Asset);
    }

    private static async Task WriteParamsAsync(IUnitOfWork work, RunRow row, IEnumerable<KeyValuePair<string, string>> values)
    {
        const string Insert = """
            INSERT INTO reg_run_param (run_id, experiment_id, key, value) VALUES (@Id, @ExperimentId, @Key, @Value)
            ON CONFLICT (run_id, key) DO NOTHING
            """;
        const string Existing = "SELECT value FROM reg_run_param WHERE run_id = @Id AND key = @Key";
        foreach (var (key, value) in values)
        {
            var param = new
            {
                row.Id,
                row.ExperimentId,
                Key = key,
                Value = value,
            };
            if (await work.Connection.ExecuteAsync(Insert, param, work.Transaction).ConfigureAwait(false) > 0)
            {
                continue;
            }

            var existing = await work.Connection.QuerySingleAsync<string>(Existing, param, work.Transaction).ConfigureAwait(false);
            if (!string.Equals(existing, value, StringComparison.Ordinal))
            {
                throw new ParamConflictException(RunId.Parse(row.Id), key, existing, value);
            }
        }
    }

    /// <summary>Sets a tag. Two tags of MLflow's say what a run has a column for: these follow.</summary>
    private static async Task WriteTagAsync(IUnitOfWork work, RunRow row, string key, string value, bool isNew = false)
    {
        const string Upsert = """
            INSERT INTO reg_run_tag (run_id, experiment_id, key, value) VALUES (@Id, @ExperimentId, @key, @value)
            ON CONFLICT (run_id, key) DO UPDATE SET value = excluded.value
            """;
        var tag = new
        {
            row.Id,
            row.ExperimentId,
            key,
            value,
        };
        await work.Connection.ExecuteAsync(Upsert, tag, work.Transaction).ConfigureAwait(false);
        switch (key)
        {
            case MlflowTags.RunName when value.Length > 0:
                await RenameAsync(work, row, value).ConfigureAwait(false);
                break;
            case MlflowTags.ParentRunId:
                await SetParentAsync(work, row, value, isNew).ConfigureAwait(false);
                break;
        }
    }

    /// <summary>A parent that is unknown here, or is a part of the run itself, stays a tag.</summary>
    private static async Task SetParentAsync(IUnitOfWork work, RunRow row, string parent, bool isNew)
    {
        if (!isNew) // No run is a part of one that is not there yet, while two others could become parts of each other.
        {
            await work.LockAsync("registry.run-parents").ConfigureAwait(false);
        }

        const string Above = """
            WITH RECURSIVE above (id, parent_id, depth) AS (
                SELECT r.id, r.parent_id, 0 FROM reg_run r WHERE r.id = @parent
                UNION ALL
                SELECT r.id, r.parent_id, a.depth + 1 FROM reg_run r JOIN above a ON r.id = a.parent_id WHERE a.depth < 1000)
            SELECT COUNT(*), COALESCE(SUM(CASE WHEN id = @Id THEN 1 ELSE 0 END), 0) FROM above
            """;
        var values = new { parent, row.Id };
        var (found, cycles) = await work.Connection.QuerySingleAsync<(long, long)>(Above, values, work.Transaction).ConfigureAwait(false);
        if (found > 0 && cycles == 0)
        {
            await work
                .Connection.ExecuteAsync("UPDATE reg_run SET parent_id = @parent WHERE id = @Id", values, work.Transaction)
                .ConfigureAwait(false);
        }
    }
}
