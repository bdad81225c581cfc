using System.Data.Common;
using Dapper;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

internal sealed partial class ModelRegistry
{
    public async Task<ModelVersion?> GetVersionAsync(ModelVersionId id, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        var versions = await ReadVersionsAsync(
                $"SELECT {ModelVersionRow.Columns} FROM {ModelVersionRow.From} WHERE v.model = @Name AND v.version = @Version AND v.deleted_at IS NULL",
                id,
                cancellationToken
            )
            .ConfigureAwait(false);
        return versions.SingleOrDefault();
    }

    public Task<IReadOnlyList<ModelVersion>> ListVersionsAsync(
        string name,
        int? before = null,
        int limit = 100,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(name);
        CheckLimit(limit);
        var sql = $"""
            SELECT {ModelVersionRow.Columns} FROM {ModelVersionRow.From}
            WHERE v.model = @name AND v.version < @before AND v.deleted_at IS NULL ORDER BY v.version DESC LIMIT @limit
            """;
        return ReadVersionsAsync(
            sql,
            new
            {
                name,
                before = before ?? int.MaxValue,
                limit,
            },
            cancellationToken
        );
    }

    public async Task<RegisteredModel?> GetModelAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        var models = await ReadModelsAsync("m.name = @name AND m.deleted_at IS NULL", new { name }, cancellationToken)
            .ConfigureAwait(false);
        return models.SingleOrDefault();
    }

    public Task<IReadOnlyList<RegisteredModel>> ListModelsAsync(
        string? after = null,
        int limit = 100,
        CancellationToken cancellationToken = default
    )
    {
        CheckLimit(limit);
        return ReadModelsAsync(
            "m.name > @after AND m.deleted_at IS NULL ORDER BY m.name LIMIT @limit",
            new { after = after ?? string.Empty, limit },
            cancellationToken
        );
    }

    private Task<IReadOnlyList<RegisteredModel>> ReadModelsAsync(
        string condition,
        object parameters,
        CancellationToken cancellationToken
    ) =>
        database.ReadAsync(
            async connection =>
            {
                var rows = await connection
                    .QueryAsync<ModelRow>(
                        new(
                            $"SELECT {ModelRow.Columns} FROM {ModelRow.From} WHERE {condition}",
                            parameters,
                            cancellationToken: cancellationToken
                        )
                    )
                    .ConfigureAwait(false);
                return await ModelRow.LoadAsync(connection, database.Dialect, rows.AsList()).ConfigureAwait(false);
            },
            cancellationToken
        );

    public async Task<ModelAlias?> GetAliasAsync(string name, string alias, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(alias);
        var rows = await QueryAsync<AliasRow>(
                $"SELECT {AliasRow.Columns} FROM reg_model_alias WHERE model = @name AND alias = @alias",
                new { name, alias },
                cancellationToken
            )
            .ConfigureAwait(false);
        return rows.SingleOrDefault()?.ToAlias();
    }

    public async Task<IReadOnlyList<ModelAlias>> ListAliasesAsync(string name, CancellationToken cancellationToken = default)
    {
        var rows = await ListAliasRowsAsync(name, cancellationToken).ConfigureAwait(false);
        return [.. rows.Select(r => r.ToAlias()).OfType<ModelAlias>()];
    }

    public async Task<IReadOnlyList<AliasHistoryEntry>> GetAliasHistoryAsync(
        string name,
        string alias,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(alias);
        var rows = await QueryAsync<AliasHistoryRow>(
                $"SELECT {AliasHistoryRow.Columns} FROM reg_alias_history WHERE model = @name AND alias = @alias ORDER BY row_version",
                new { name, alias },
                cancellationToken
            )
            .ConfigureAwait(false);
        return [.. rows.Select(r => r.ToEntry())];
    }

    public async Task<ModelVersionId?> GetLiveAtAsync(
        string name,
        string alias,
        DateTimeOffset time,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(alias);

        // Of moves at the same microsecond the last holds, as in its half-open interval.
        const string Sql = """
            SELECT version FROM reg_alias_history WHERE model = @name AND alias = @alias AND from_at <= @at
            ORDER BY from_at DESC, row_version DESC LIMIT 1
            """;
        var rows = await QueryAsync<int?>(
                Sql,
                new
                {
                    name,
                    alias,
                    at = StoredTime.ToMicros(time),
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        return rows.SingleOrDefault() is { } version ? new(name, version) : null;
    }

    /// <summary>Every alias a model has or had, removed ones with no version.</summary>
    internal Task<IReadOnlyList<AliasRow>> ListAliasRowsAsync(string name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        return QueryAsync<AliasRow>(
            $"SELECT {AliasRow.Columns} FROM reg_model_alias WHERE model = @name ORDER BY alias",
            new { name },
            cancellationToken
        );
    }

    private Task<IReadOnlyList<ModelVersion>> ReadVersionsAsync(string sql, object parameters, CancellationToken cancellationToken) =>
        database.ReadAsync(
            async connection =>
            {
                var rows = await connection
                    .QueryAsync<ModelVersionRow>(new(sql, parameters, cancellationToken: cancellationToken))
                    .ConfigureAwait(false);
                return await WithTagsAsync(connection, rows.AsList(), null).ConfigureAwait(false);
            },
            cancellationToken
        );

    private async Task<IReadOnlyList<ModelVersion>> WithTagsAsync(
        DbConnection connection,
        List<ModelVersionRow> rows,
        DbTransaction? transaction
    )
    {
        if (rows.Count == 0)
        {
            return [];
        }

        var dialect = database.Dialect;
        var sql =
            $"SELECT model, version, key, value FROM reg_model_version_tag WHERE {dialect.In("model", "@Models")} AND {dialect.In("version", "@Versions")}";
        var named = new
        {
            Models = rows.Select(r => r.Model).Distinct(StringComparer.Ordinal).ToArray(),
            Versions = rows.Select(r => r.Version).Distinct().ToArray(),
        };
        var tags = (
            await connection
                .QueryAsync<(string Model, int Version, string Key, string Value)>(sql, named, transaction)
                .ConfigureAwait(false)
        ).ToLookup(t => (t.Model, t.Version));
        return
        [
            .. rows.Select(r => r.ToVersion(tags[(r.Model, r.Version)].ToDictionary(t => t.Key, t => t.Value, StringComparer.Ordinal))),
        ];
    }

    private Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object parameters, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<T>>(
            async connection =>
                [.. await connection.QueryAsync<T>(new(sql, parameters, cancellationToken: cancellationToken)).ConfigureAwait(false)],
            cancellationToken
        );

    private static void CheckLimit(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, 1000);
    }
}
