using System.Data.Common;
using Dapper;

namespace MlPlatform.Registry.Internal;

internal sealed partial class ModelRegistry
{
    /// <summary>Drivers look for each parameter among all of them, so a long page takes several statements.</summary>
    private const int KeysPerStatement = 250;

    private readonly SearchEngine search = new(database);

    public Task<Page<RegisteredModel>> SearchModelsAsync(ModelQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        CheckLimit(query.Limit);
        var request = new SearchRequest
        {
            Schema = ModelSchema.Instance,
            Filter = query.Filter,
            Orders = SearchText.ParseOrders(query.OrderBy),
            Limit = query.Limit,
            PageToken = query.PageToken,
        };
        return search.SearchAsync(request, (c, found) => LoadModelsAsync(c, found, cancellationToken), cancellationToken);
    }

    public Task<Page<ModelVersion>> SearchVersionsAsync(VersionQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Limit, 1, nameof(query));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.Limit, 200_000, nameof(query));
        var request = new SearchRequest
        {
            Schema = VersionSchema.Instance,
            Filter = query.Filter,
            Orders = SearchText.ParseOrders(query.OrderBy),
            Limit = query.Limit,
            PageToken = query.PageToken,
        };
        return search.SearchAsync(request, (c, found) => LoadVersionsAsync(c, found, cancellationToken), cancellationToken);
    }

    private async Task<IReadOnlyList<RegisteredModel>> LoadModelsAsync(
        DbConnection connection,
        IReadOnlyList<FoundRow> found,
        CancellationToken cancellationToken
    )
    {
        var sql = $"SELECT {ModelRow.Columns} FROM {ModelRow.From} WHERE {database.Dialect.In("m.name", "@Names")}";
        var rows = (
            await connection
                .QueryAsync<ModelRow>(new(sql, new { Names = found.Select(f => f.Id[0]).ToArray() }, cancellationToken: cancellationToken))
                .ConfigureAwait(false)
        ).ToDictionary(r => r.Name, StringComparer.Ordinal);
        return await ModelRow.LoadAsync(connection, database.Dialect, [.. found.Select(f => rows[f.Id[0]])]).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<ModelVersion>> LoadVersionsAsync(
        DbConnection connection,
        IReadOnlyList<FoundRow> found,
        CancellationToken cancellationToken
    )
    {
        var versions = new List<ModelVersion>(found.Count);
        foreach (var chunk in found.Chunk(KeysPerStatement))
        {
            var binder = new SqlBinder();
            var keys = chunk.Select(f => $"({binder.Bind(f.Id[0])}, {binder.Bind(ToVersion(f))})");
            var sql =
                $"SELECT {ModelVersionRow.Columns} FROM {ModelVersionRow.From} WHERE (v.model, v.version) IN (VALUES {string.Join(", ", keys)})";
            var rows = (
                await connection
                    .QueryAsync<ModelVersionRow>(new(sql, binder.Parameters, cancellationToken: cancellationToken))
                    .ConfigureAwait(false)
            ).ToDictionary(r => (r.Model, r.Version));
            versions.AddRange(
                await WithTagsAsync(connection, [.. chunk.Select(f => rows[(f.Id[0], ToVersion(f))])], null).ConfigureAwait(false)
            );
        }

        return versions;
    }

    private static int ToVersion(FoundRow row) => int.Parse(row.Id[1], System.Globalization.CultureInfo.InvariantCulture);
}
