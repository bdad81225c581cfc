using Dapper;

namespace MlPlatform.Registry.Internal;

internal sealed partial class ExperimentTracker
{
    public Task<RunPage> SearchRunsAsync(RunQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        CheckLimit(query.Limit, 1000);
        var statement = new SearchStatement(query, database.Dialect.Product);
        return database.ReadAsync(
            async connection =>
            {
                var found = (
                    await connection
                        .QueryAsync<FoundRunRow>(new(statement.Sql, statement.Parameters, cancellationToken: cancellationToken))
                        .ConfigureAwait(false)
                ).AsList();
                var page = found.Take(query.Limit).ToList();
                var runs = await LoadAsync(connection, [.. page], cancellationToken).ConfigureAwait(false);
                return new RunPage(runs, found.Count > query.Limit ? page[^1].ToToken().ToText(statement.Scope) : null);
            },
            cancellationToken
        );
    }
}
