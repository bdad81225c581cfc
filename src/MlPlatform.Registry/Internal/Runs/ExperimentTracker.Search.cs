using System.Data.Common;
using Dapper;

namespace MlPlatform.Registry.Internal;

internal sealed partial class ExperimentTracker
{
    /// <summary>Drivers look for each parameter among all of them, so a long page takes several statements a kind.</summary>
    private const int IdsPerStatement = 500;

    private readonly SearchEngine search = new(database);

    public Task<Page<RunInfo>> SearchRunsAsync(RunQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        CheckLimit(query.Limit, 50_000);
        var request = new SearchRequest
        {
            Schema = RunSchema.Instance,
            ExperimentIds = query.ExperimentIds,
            Experiments = query.Experiments,
            Filter = query.Filter,
            Orders = SearchText.ParseOrders(query.OrderBy),
            View = query.View,
            Limit = query.Limit,
            PageToken = query.PageToken,
        };
        return search.SearchAsync(request, (c, found) => LoadRunsAsync(c, found, query.Fields, cancellationToken), cancellationToken);
    }

    public Task<Page<Experiment>> SearchExperimentsAsync(ExperimentQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        CheckLimit(query.Limit, 50_000);
        var request = new SearchRequest
        {
            Schema = ExperimentSchema.Instance,
            Filter = query.Filter,
            Orders = SearchText.ParseOrders(query.OrderBy),
            View = query.View,
            Limit = query.Limit,
            PageToken = query.PageToken,
        };
        return search.SearchAsync(request, (c, found) => LoadExperimentsAsync(c, found, cancellationToken), cancellationToken);
    }

    private async Task<IReadOnlyList<RunInfo>> LoadRunsAsync(
        DbConnection connection,
        IReadOnlyList<FoundRow> found,
        RunFields fields,
        CancellationToken cancellationToken
    )
    {
        var runs = new List<RunInfo>(found.Count);
        foreach (var chunk in found.Select(f => f.Id[0]).Chunk(IdsPerStatement))
        {
            var sql = $"SELECT {RunRow.Columns} FROM {RunRow.From} WHERE {database.Dialect.In("r.id", "@chunk")}";
            var rows = (
                await connection.QueryAsync<RunRow>(new(sql, new { chunk }, cancellationToken: cancellationToken)).ConfigureAwait(false)
            ).ToDictionary(r => r.Id, StringComparer.Ordinal);
            runs.AddRange(await LoadAsync(connection, [.. chunk.Select(id => rows[id])], fields, cancellationToken).ConfigureAwait(false));
        }

        return runs;
    }

    private async Task<IReadOnlyList<Experiment>> LoadExperimentsAsync(
        DbConnection connection,
        IReadOnlyList<FoundRow> found,
        CancellationToken cancellationToken
    )
    {
        var experiments = new List<Experiment>(found.Count);
        foreach (var chunk in found.Select(f => f.Id[0]).Chunk(IdsPerStatement))
        {
            var sql = $"SELECT {ExperimentRow.Columns} FROM {ExperimentRow.From} WHERE {database.Dialect.In("e.id", "@chunk")}";
            var rows = (
                await connection
                    .QueryAsync<ExperimentRow>(new(sql, new { chunk }, cancellationToken: cancellationToken))
                    .ConfigureAwait(false)
            ).ToDictionary(r => r.Id, StringComparer.Ordinal);
            experiments.AddRange(
                await ExperimentRow.LoadAsync(connection, database.Dialect, [.. chunk.Select(id => rows[id])], null).ConfigureAwait(false)
            );
        }

        return experiments;
    }
}
