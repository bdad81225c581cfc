using System.Data.Common;
using System.Globalization;
using Dapper;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

/// <summary>Runs searches of every kind: finds ids in order, then has the kind load what they stand for.</summary>
/// <param name="database">The database.</param>
/// <param name="fewRows">A clause drives the search while it has no more rows.</param>
internal sealed class SearchEngine(IMetadataDatabase database, int fewRows = SearchDriver.FewRows)
{
    private SqlDialect Dialect => database.Dialect;

    /// <param name="request">What to find.</param>
    /// <param name="load">Loads things by ids, in the order of the ids; what is gone it leaves out.</param>
    /// <param name="cancellationToken">Cancels between statements.</param>
    /// <exception cref="InvalidSearchException">The filter, the order or the token cannot be understood.</exception>
    public async Task<Page<T>> SearchAsync<T>(
        SearchRequest request,
        Func<DbConnection, IReadOnlyList<FoundRow>, Task<IReadOnlyList<T>>> load,
        CancellationToken cancellationToken
    )
    {
        var plan = new SearchPlan(request);
        return await database
            .ReadAsync(
                connection => InSnapshotAsync(connection, () => PageAsync(connection, plan, load, cancellationToken)),
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    private async Task<Page<T>> PageAsync<T>(
        DbConnection connection,
        SearchPlan plan,
        Func<DbConnection, IReadOnlyList<FoundRow>, Task<IReadOnlyList<T>>> load,
        CancellationToken cancellationToken
    )
    {
        var experiments = await FindExperimentsAsync(connection, plan, cancellationToken).ConfigureAwait(false);
        var found = experiments is { Count: 0 }
            ? []
            : await FindAsync(connection, plan, experiments, cancellationToken).ConfigureAwait(false);
        string? token = null;
        if (found.Count > plan.Request.Limit)
        {
            found.RemoveAt(found.Count - 1);
            token = new PageToken(found[^1].Phase, found[^1].Values).ToText(plan.Scope);
        }

        return new(await load(connection, found).ConfigureAwait(false), token);
    }

    private async Task<List<FoundRow>> FindAsync(
        DbConnection connection,
        SearchPlan plan,
        IReadOnlyList<string>? experiments,
        CancellationToken cancellationToken
    )
    {
        var driver = await FindDriverAsync(connection, plan, experiments, cancellationToken).ConfigureAwait(false);
        var found = new List<FoundRow>();
        foreach (var phase in plan.Phases.Where(p => plan.After is null || p >= plan.After.Phase))
        {
            var after = phase == plan.After?.Phase ? plan.After : null;
            var missing = plan.Request.Limit + 1 - found.Count;
            var (sql, parameters) = new SearchStatement(plan, Dialect, experiments, driver).Write(phase, after, missing);
            await ReadAsync(connection, new(sql, parameters, cancellationToken: cancellationToken), plan, phase, found)
                .ConfigureAwait(false);
            if (found.Count > plan.Request.Limit)
            {
                break;
            }
        }

        return found;
    }

    private static async Task ReadAsync(
        DbConnection connection,
        CommandDefinition command,
        SearchPlan plan,
        SearchPhase phase,
        List<FoundRow> found
    )
    {
        var terms = plan.Terms(phase);
        var keys = plan.Schema.Id.Count;
        var reader = await connection.ExecuteReaderAsync(command).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            while (await reader.ReadAsync(command.CancellationToken).ConfigureAwait(false))
            {
                var id = Enumerable.Range(0, keys).Select(i => Convert.ToString(reader.GetValue(i), CultureInfo.InvariantCulture)!);
                var values = terms.Select((t, i) => ToValue(reader.GetValue(keys + i), t.Type));
                found.Add(new([.. id], phase, [.. values]));
            }
        }
    }

    private static object ToValue(object value, SearchType type) =>
        type switch
        {
            SearchType.Text => (string)value,
            SearchType.Number => Convert.ToDouble(value, CultureInfo.InvariantCulture),
            _ => Convert.ToInt64(value, CultureInfo.InvariantCulture),
        };

    /// <summary>The experiments to search one by one, or in one go when they are many; null for all of very many.</summary>
    private async Task<IReadOnlyList<string>?> FindExperimentsAsync(
        DbConnection connection,
        SearchPlan plan,
        CancellationToken cancellationToken
    )
    {
        if (!plan.Schema.IsScoped)
        {
            return null;
        }

        var (ids, names) = (plan.Request.ExperimentIds, plan.Request.Experiments);
        if (ids.Count == 0 && names.Count == 0)
        {
            var some = (
                await connection
                    .QueryAsync<string>(
                        new(
                            "SELECT id FROM reg_experiment LIMIT @Limit",
                            new { Limit = SearchStatement.MaximumArms + 1 },
                            cancellationToken: cancellationToken
                        )
                    )
                    .ConfigureAwait(false)
            ).AsList();
            return some.Count > SearchStatement.MaximumArms ? null : some;
        }

        var binder = new SqlBinder();
        var named = $"SELECT id FROM reg_experiment WHERE name IN ({binder.BindMany(names, Dialect)})";
        var found =
            names.Count == 0
                ? []
                : await connection
                    .QueryAsync<string>(new(named, binder.Parameters, cancellationToken: cancellationToken))
                    .ConfigureAwait(false);
        return [.. ids.Concat(found).Distinct(StringComparer.Ordinal)];
    }

    private async Task<SearchNode.Clause?> FindDriverAsync(
        DbConnection connection,
        SearchPlan plan,
        IReadOnlyList<string>? experiments,
        CancellationToken cancellationToken
    )
    {
        var candidates = SearchDriver.Candidates(plan);
        if (
            experiments is not { Count: <= SearchStatement.MaximumArms }
            || SearchDriver.Write(plan, Dialect, experiments, candidates, fewRows) is not var (sql, parameters)
        )
        {
            return null;
        }

        var counts = await connection
            .QueryAsync<(long, long)>(new(sql, parameters, cancellationToken: cancellationToken))
            .ConfigureAwait(false);
        return SearchDriver.Choose(candidates, counts, fewRows);
    }

    /// <summary>One snapshot for the statements of a page: between them nothing moves from one phase to another. No transaction outlives the page.</summary>
    private async Task<T> InSnapshotAsync<T>(DbConnection connection, Func<Task<T>> body)
    {
        // As text, since the driver of SQLite begins transactions of its own as writers. PostgreSQL estimates the whole result and may start workers, or
        // compile, for what a page stops after a hundred rows: that alone takes longer than the page.
        const string OnPostgreSql = """
            BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;
            SET LOCAL max_parallel_workers_per_gather = 0;
            SET LOCAL jit = off
            """;
        var isSqlite = string.Equals(Dialect.Product, "sqlite", StringComparison.Ordinal);
        await connection.ExecuteAsync(isSqlite ? "BEGIN TRANSACTION" : OnPostgreSql).ConfigureAwait(false);
        try
        {
            return await body().ConfigureAwait(false);
        }
        finally
        {
            await connection.ExecuteAsync("ROLLBACK TRANSACTION").ConfigureAwait(false);
        }
    }
}
