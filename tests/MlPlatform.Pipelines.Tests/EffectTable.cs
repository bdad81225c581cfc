using Dapper;

namespace MlPlatform.Pipelines.Tests;

/// <summary>Effects as rows: a plain insert without a key of its own, so that an effect that happened twice is two rows.</summary>
internal static class EffectTable
{
    public static Task CreateAsync(IMetadataDatabase database) =>
        database.WriteAsync(
            Durability.Process,
            async work =>
            {
                await work.LockAsync("test_effect");
                var sql = $"CREATE TABLE IF NOT EXISTS test_effect (seq {database.Dialect.TypeTokens["autoid"]}, name TEXT NOT NULL)";
                await work.Connection.ExecuteAsync(sql, transaction: work.Transaction);
            }
        );

    public static Task InsertAsync(IUnitOfWork work, string name) =>
        work.Connection.ExecuteAsync("INSERT INTO test_effect (name) VALUES (@name)", new { name }, work.Transaction);

    public static Task<List<string>> ReadAsync(IMetadataDatabase database) =>
        database.ReadAsync(async c => (await c.QueryAsync<string>("SELECT name FROM test_effect ORDER BY seq")).AsList());
}
