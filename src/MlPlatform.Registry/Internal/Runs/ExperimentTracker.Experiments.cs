using System.Text.Json.Nodes;
using Dapper;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

internal sealed partial class ExperimentTracker
{
    public async Task<Experiment> CreateExperimentAsync(
        string name,
        ExperimentOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        RunRules.CheckName(name);
        options ??= new();
        RunRules.CheckExperimentId(options.Id);
        foreach (var (key, value) in options.Tags)
        {
            RunRules.CheckKey(key, nameof(options));
            RunRules.CheckLength(value, RunRules.ExperimentTagLength, key, nameof(options));
        }

        return await database
            .WriteAsync(
                Durability.Process,
                async work =>
                {
                    var id = options.Id ?? NewId();
                    while (!await InsertExperimentAsync(work, id, name, options.ArtifactLocation).ConfigureAwait(false))
                    {
                        await ThrowIfTakenAsync(work, id, name).ConfigureAwait(false);
                    }

                    foreach (var (key, value) in options.Tags)
                    {
                        await WriteExperimentTagAsync(work, id, key, value).ConfigureAwait(false);
                    }

                    return await ReadExperimentAsync(work, id).ConfigureAwait(false);
                },
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    public Task<Experiment> GetOrCreateExperimentAsync(string name, CancellationToken cancellationToken = default)
    {
        RunRules.CheckName(name);
        return database.WriteAsync(
            Durability.Process,
            async work =>
            {
                var row = await GetOrCreateAsync(work, name).ConfigureAwait(false);
                return await ReadExperimentAsync(work, row.Id).ConfigureAwait(false);
            },
            cancellationToken
        );
    }

    public Task<Experiment?> GetExperimentAsync(string id, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        return FindExperimentAsync("e.id = @id", new { id }, cancellationToken);
    }

    public Task<Experiment?> FindExperimentAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        return FindExperimentAsync("e.name = @name", new { name }, cancellationToken);
    }

    public Task<IReadOnlyList<Experiment>> ListExperimentsAsync(
        string? after = null,
        int limit = 100,
        CancellationToken cancellationToken = default
    )
    {
        CheckLimit(limit, 1000);
        return ReadExperimentsAsync(
            "e.name > @after AND e.deleted_at IS NULL ORDER BY e.name LIMIT @limit",
            new { after = after ?? string.Empty, limit },
            cancellationToken
        );
    }

    public Task RenameExperimentAsync(string id, string name, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        RunRules.CheckName(name);
        return WriteAsync(
            async work =>
            {
                var row = await LockActiveAsync(work, id).ConfigureAwait(false);
                if (string.Equals(row.Name, name, StringComparison.Ordinal))
                {
                    return;
                }

                // Takes the name by making an experiment of it: looking whether it is free would miss one that is being made at the same time.
                const string Take = """
                    INSERT INTO reg_experiment (id, name, created_at, updated_at) VALUES (@Taken, @name, 0, 0) ON CONFLICT (name) DO NOTHING
                    """;
                var values = new
                {
                    id,
                    name,
                    Taken = NewId(),
                    Now = clocks.Platform.NowMicros(),
                };
                while (await work.Connection.ExecuteAsync(Take, values, work.Transaction).ConfigureAwait(false) == 0)
                {
                    await ThrowIfTakenAsync(work, null, name).ConfigureAwait(false);
                }

                await work
                    .Connection.ExecuteAsync("DELETE FROM reg_experiment WHERE id = @Taken", values, work.Transaction)
                    .ConfigureAwait(false);
                await work
                    .Connection.ExecuteAsync(
                        "UPDATE reg_experiment SET name = @name, updated_at = @Now WHERE id = @id",
                        values,
                        work.Transaction
                    )
                    .ConfigureAwait(false);
                work.Append(
                    new(EventTypes.ExperimentRenamed, new(AssetKind.Experiment, name))
                    {
                        Payload = new JsonObject { ["id"] = id, ["from"] = row.Name },
                    }
                );
            },
            cancellationToken
        );
    }

    public Task DeleteExperimentAsync(string id, CancellationToken cancellationToken = default) =>
        SetDeletedAsync(id, clocks.Platform.NowMicros(), EventTypes.ExperimentDeleted, cancellationToken);

    public Task RestoreExperimentAsync(string id, CancellationToken cancellationToken = default) =>
        SetDeletedAsync(id, null, EventTypes.ExperimentRestored, cancellationToken);

    public Task SetExperimentTagAsync(string id, string key, string value, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        RunRules.CheckKey(key);
        RunRules.CheckLength(value, RunRules.ExperimentTagLength, key);
        return WriteAsync(
            async work =>
            {
                await LockActiveAsync(work, id).ConfigureAwait(false);
                await WriteExperimentTagAsync(work, id, key, value).ConfigureAwait(false);
                await TouchAsync(work, id).ConfigureAwait(false);
            },
            cancellationToken
        );
    }

    public Task DeleteExperimentTagAsync(string id, string key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        ArgumentNullException.ThrowIfNull(key);
        return WriteAsync(
            async work =>
            {
                var row = await LockActiveAsync(work, id).ConfigureAwait(false);
                const string Sql = "DELETE FROM reg_experiment_tag WHERE experiment_id = @id AND key = @key";
                if (await work.Connection.ExecuteAsync(Sql, new { id, key }, work.Transaction).ConfigureAwait(false) == 0)
                {
                    throw new AssetNotFoundException(new(AssetKind.Experiment, $"{row.Name}/tags/{key}"));
                }

                await TouchAsync(work, id).ConfigureAwait(false);
            },
            cancellationToken
        );
    }

    /// <summary>Runs share the fate of their experiment.</summary>
    private Task SetDeletedAsync(string id, long? at, string type, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(id);
        return database.WriteAsync(
            Durability.Power,
            async work =>
            {
                var row = await GetRowAsync(work, id, database.Dialect.ForUpdate()).ConfigureAwait(false);
                if (row.DeletedAt is null == at is null)
                {
                    return;
                }

                var values = new
                {
                    id,
                    at,
                    Now = clocks.Platform.NowMicros(),
                };
                const string Sql = "UPDATE reg_experiment SET deleted_at = @at, updated_at = @Now WHERE id = @id";
                await work.Connection.ExecuteAsync(Sql, values, work.Transaction).ConfigureAwait(false);
                await work
                    .Connection.ExecuteAsync("UPDATE reg_run SET deleted_at = @at WHERE experiment_id = @id", values, work.Transaction)
                    .ConfigureAwait(false);
                work.Append(new(type, row.Asset) { Payload = new JsonObject { ["id"] = id } });
            },
            cancellationToken
        );
    }

    /// <summary>The row, which is neither deleted nor renamed until the transaction ends.</summary>
    private async Task<ExperimentRow> GetOrCreateAsync(IUnitOfWork work, string name)
    {
        while (true)
        {
            await InsertExperimentAsync(work, NewId(), name, null).ConfigureAwait(false);
            var row = await work
                .Connection.QuerySingleOrDefaultAsync<ExperimentRow>(
                    $"SELECT {ExperimentRow.Columns} FROM {ExperimentRow.From} WHERE e.name = @name {database.Dialect.ForKeyShare()}",
                    new { name },
                    work.Transaction
                )
                .ConfigureAwait(false);
            if (row is not null) // Else it got another name in between, and this one is free.
            {
                return row.DeletedAt is null ? row : throw new AssetDeletedException(row.Asset);
            }
        }
    }

    private async Task<bool> InsertExperimentAsync(IUnitOfWork work, string id, string name, string? location)
    {
        const string Sql = """
            INSERT INTO reg_experiment (id, name, artifact_location, created_at, updated_at) VALUES (@id, @name, @location, @At, @At)
            ON CONFLICT DO NOTHING
            """;
        var values = new
        {
            id,
            name,
            location,
            At = clocks.Platform.NowMicros(),
        };
        if (await work.Connection.ExecuteAsync(Sql, values, work.Transaction).ConfigureAwait(false) == 0)
        {
            return false;
        }

        work.Append(new(EventTypes.ExperimentCreated, new(AssetKind.Experiment, name)) { Payload = new JsonObject { ["id"] = id } });
        return true;
    }

    /// <summary>Says who has the name or the id. Nobody, if the one that had the name got another in between.</summary>
    private static async Task ThrowIfTakenAsync(IUnitOfWork work, string? id, string name)
    {
        var row = await work
            .Connection.QueryFirstOrDefaultAsync<ExperimentRow>(
                $"SELECT {ExperimentRow.Columns} FROM {ExperimentRow.From} WHERE e.name = @name OR e.id = @id ORDER BY CASE WHEN e.name = @name THEN 0 ELSE 1 END",
                new { id, name },
                work.Transaction
            )
            .ConfigureAwait(false);
        if (row is not null)
        {
            throw new AssetExistsException(
                row.Asset,
                row.DeletedAt is null ? $"Its id is {row.Id}." : $"It is deleted; restore it by its id {row.Id}, or take another name."
            );
        }
    }

    private static Task<int> WriteExperimentTagAsync(IUnitOfWork work, string id, string key, string value)
    {
        const string Sql = """
            INSERT INTO reg_experiment_tag (experiment_id, key, value) VALUES (@id, @key, @value)
            ON CONFLICT (experiment_id, key) DO UPDATE SET value = excluded.value
            """;
        var values = new
        {
            id,
            key,
            value,
        };
        return work.Connection.ExecuteAsync(Sql, values, work.Transaction);
    }

    private Task<int> TouchAsync(IUnitOfWork work, string id) =>
        work.Connection.ExecuteAsync(
            "UPDATE reg_experiment SET updated_at = @Now WHERE id = @id",
            new { id, Now = clocks.Platform.NowMicros() },
            work.Transaction
        );

    private static async Task<ExperimentRow> GetRowAsync(IUnitOfWork work, string id, string locks = "") =>
        await work
            .Connection.QuerySingleOrDefaultAsync<ExperimentRow>(
                $"SELECT {ExperimentRow.Columns} FROM {ExperimentRow.From} WHERE e.id = @id {locks}",
                new { id },
                work.Transaction
            )
            .ConfigureAwait(false)
        ?? throw new AssetNotFoundException(new(AssetKind.Experiment, id));

    /// <summary>An experiment that the caller changes: others wait, then see what it left.</summary>
    private Task<ExperimentRow> LockActiveAsync(IUnitOfWork work, string id) => GetActiveAsync(work, id, database.Dialect.ForUpdate());

    /// <summary>An experiment that takes writes.</summary>
    internal static async Task<ExperimentRow> GetActiveAsync(IUnitOfWork work, string id, string locks = "")
    {
        var row = await GetRowAsync(work, id, locks).ConfigureAwait(false);
        return row.DeletedAt is null ? row : throw new AssetDeletedException(row.Asset);
    }

    private async Task<Experiment> ReadExperimentAsync(IUnitOfWork work, string id) =>
        (
            await ExperimentRow
                .LoadAsync(work.Connection, database.Dialect, [await GetRowAsync(work, id).ConfigureAwait(false)], work.Transaction)
                .ConfigureAwait(false)
        )[0];

    private async Task<Experiment?> FindExperimentAsync(string condition, object parameters, CancellationToken cancellationToken) =>
        (await ReadExperimentsAsync(condition, parameters, cancellationToken).ConfigureAwait(false)).SingleOrDefault();

    private Task<IReadOnlyList<Experiment>> ReadExperimentsAsync(
        string condition,
        object parameters,
        CancellationToken cancellationToken
    ) =>
        database.ReadAsync(
            async connection =>
            {
                var sql = $"SELECT {ExperimentRow.Columns} FROM {ExperimentRow.From} WHERE {condition}";
                var rows = await connection
                    .QueryAsync<ExperimentRow>(new(sql, parameters, cancellationToken: cancellationToken))
                    .ConfigureAwait(false);
                return await ExperimentRow.LoadAsync(connection, database.Dialect, rows.AsList(), null).ConfigureAwait(false);
            },
            cancellationToken
        );
}
