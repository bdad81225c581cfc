using System.Runtime.CompilerServices;
using Dapper;
using MlPlatform.Core;

namespace MlPlatform.Serving.Tests;

/// <summary>A registry small enough to see through: packages in memory, aliases in a table, so that a promotion joins the rollout's transaction.</summary>
internal sealed class InMemoryModels(IMetadataDatabase database, IChangeFeed changes, ModelPackages packages)
    : IModelSource,
        IModelPromotion
{
    private const string Table =
        "CREATE TABLE IF NOT EXISTS test_alias (name TEXT PRIMARY KEY, version INTEGER NOT NULL, row_version INTEGER NOT NULL)";

    private int watches;

    /// <summary>How often somebody has begun to watch.</summary>
    public int Watches => Volatile.Read(ref watches);

    public Task<ETag> SetAliasAsync(string model, string alias, int version) =>
        database.WriteAsync(Durability.Process, work => MoveAsync(work, $"{model}@{alias}", version, null));

    public Task RemoveAliasAsync(string model, string alias) =>
        database.WriteAsync(
            Durability.Process,
            async work =>
            {
                await work.Connection.ExecuteAsync(
                    "DELETE FROM test_alias WHERE name = @name",
                    new { name = $"{model}@{alias}" },
                    work.Transaction
                );
                work.Notify(ChangeTopics.Models);
            }
        );

    public async Task<int?> GetAliasAsync(string model, string alias) =>
        (await ReadAsync(model, CancellationToken.None)).Where(a => a.Alias == alias).Select(a => a.Version).SingleOrDefault();

    /// <summary>Why no promotion is allowed; null allows all.</summary>
    public string? Refusal { get; set; }

    public Task<ETag> PromoteAsync(IUnitOfWork work, ModelPromotion promotion) =>
        Refusal is { } reason
            ? throw new PromotionRefusedException(promotion.Version, promotion.Alias, [reason])
            : MoveAsync(work, $"{promotion.Version.Name}@{promotion.Alias}", promotion.Version.Version, promotion.Expected);

    public async Task<OpenedModel> OpenAsync(ModelReference reference, CancellationToken cancellationToken = default)
    {
        var version =
            reference.Version
            ?? (await ReadAsync(reference.Name, cancellationToken)).FirstOrDefault(a => a.Alias == reference.Alias)?.Version
            ?? throw new AssetNotFoundException(
                new(AssetKind.Alias, reference.ToString()),
                "Point the alias at a registered version first."
            );
        var id = new ModelVersionId(reference.Name, version);
        return new(id, packages.Open(id));
    }

    public async IAsyncEnumerable<ModelChange> WatchAsync(
        string name,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        Interlocked.Increment(ref watches);
        var seen = new Dictionary<string, ETag>(StringComparer.Ordinal);
        while (true)
        {
            var mark = changes.Mark(ChangeTopics.Models);
            foreach (var change in await ReadAsync(name, cancellationToken))
            {
                if (!seen.TryGetValue(change.Alias, out var tag) || tag != change.ETag)
                {
                    seen[change.Alias] = change.ETag;
                    yield return change;
                }
            }

            await changes.WaitAsync(ChangeTopics.Models, mark, cancellationToken);
        }
    }

    private async Task<List<ModelChange>> ReadAsync(string model, CancellationToken cancellationToken)
    {
        var rows = await database.WriteAsync(
            Durability.Process,
            async work =>
            {
                await work.Connection.ExecuteAsync(Table, transaction: work.Transaction);
                return await work.Connection.QueryAsync<(string Name, long Version, long Tag)>(
                    "SELECT name, version, row_version FROM test_alias WHERE name LIKE @like",
                    new { like = model + "@%" },
                    work.Transaction
                );
            },
            cancellationToken
        );
        return [.. rows.Select(r => new ModelChange(model, r.Name[(model.Length + 1)..], (int)r.Version, null, new(r.Tag)))];
    }

    private static async Task<ETag> MoveAsync(IUnitOfWork work, string name, int version, ETag? expected)
    {
        await work.Connection.ExecuteAsync(Table, transaction: work.Transaction);
        var tag = new ETag(
            await work.Connection.ExecuteScalarAsync<long?>(
                "SELECT row_version FROM test_alias WHERE name = @name",
                new { name },
                work.Transaction
            ) ?? 0
        );
        if (expected is { } wanted && wanted != tag)
        {
            throw new ConcurrencyConflictException("test.alias", "set", name, wanted, tag);
        }

        const string Upsert = """
            INSERT INTO test_alias (name, version, row_version) VALUES (@name, @version, 1)
            ON CONFLICT (name) DO UPDATE SET version = excluded.version, row_version = test_alias.row_version + 1
            """;
        await work.Connection.ExecuteAsync(Upsert, new { name, version }, work.Transaction);
        work.Notify(ChangeTopics.Models);
        return new(tag.RowVersion + 1);
    }
}
