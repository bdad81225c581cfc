using System.Text;
using System.Text.Json.Nodes;
using Dapper;

namespace MlPlatform.Pipelines.Internal;

/// <summary>Outputs by content key. One step at a time computes a key: a claim lives as long as its holder's step is leased under the claim's fence.</summary>
internal sealed class StepCache(IMetadataDatabase database, IArtifactStore artifacts, Clocks clocks)
{
    /// <summary>Reads an output and holds it against its digest, wherever it lives.</summary>
    public async Task<byte[]> ReadAsync(string digest, string? inline)
    {
        var expected = ArtifactDigest.Parse(digest);
        if (inline is null)
        {
            return await artifacts.ReadBytesAsync(expected).ConfigureAwait(false);
        }

        var bytes = Encoding.UTF8.GetBytes(inline);
        var actual = ArtifactDigest.Of(bytes);
        return actual == expected ? bytes : throw new ArtifactCorruptException(expected, actual);
    }

    public async Task<CacheLookup> LookUpAsync(StepExecution execution)
    {
        var document = CacheKey.Describe(execution);
        var key = CanonicalJson.Digest(document).ToString();
        var text = Encoding.UTF8.GetString(CanonicalJson.Serialize(document));
        var entry = await ClaimAsync(execution.Step, key).ConfigureAwait(false);
        if (entry is { IsBusy: true })
        {
            return new(new(key, text, "another step computes the same key", IsHit: false), null, IsBusy: true);
        }

        if (entry?.Digest is { } digest)
        {
            try
            {
                _ = await ReadAsync(digest, entry.Inline).ConfigureAwait(false);
                var reason = $"hit: made by run {entry.RunId} step {entry.StepNo}";
                return new(new(key, text, reason, IsHit: true), new(digest, entry.Inline), IsBusy: false);
            }
            catch (Exception e) when (e is ArtifactNotFoundException or ArtifactCorruptException)
            {
                await TakeOverAsync(execution.Step, key).ConfigureAwait(false);
                return new(new(key, text, $"miss: the bytes of {digest} are gone or damaged", IsHit: false), null, IsBusy: false);
            }
        }

        var nearest = await FindNearestAsync(execution.Run.Pipeline, execution.Step.Name, execution.Step.MapIndex, execution.Step.RunId)
            .ConfigureAwait(false);
        var why = nearest is null
            ? "miss: the first time"
            : $"miss: {CacheKey.FirstDifference(JsonNode.Parse(nearest.Document), document)?.Field ?? "the entry"} differs from run {nearest.RunId}";
        return new(new(key, text, why, IsHit: false), null, IsBusy: false);
    }

    /// <summary>The latest earlier attempt of the same step that had a key.</summary>
    public Task<KeyedStep?> FindNearestAsync(string pipeline, string step, int? item, string beforeRun) =>
        database.ReadAsync(connection =>
            connection.QueryFirstOrDefaultAsync<KeyedStep?>(
                $"""
                SELECT s.run_id AS RunId, s.cache_doc AS Document FROM pl_step s JOIN pl_run r ON r.run_id = s.run_id
                WHERE s.name = @step AND r.pipeline = @pipeline AND s.cache_doc IS NOT NULL AND s.run_id <> @beforeRun
                    AND r.created_work <= (SELECT created_work FROM pl_run WHERE run_id = @beforeRun)
                    AND {(item is null ? "s.map_index IS NULL" : "s.map_index = @item")}
                ORDER BY s.ended_work DESC LIMIT 1
                """,
                new
                {
                    pipeline,
                    step,
                    item,
                    beforeRun,
                }
            )
        );

    /// <summary>The entry if it has an output; otherwise claims the key, or says that another holds it.</summary>
    private Task<CacheEntry?> ClaimAsync(StepLease step, string key) =>
        database.WriteAsync(
            Durability.Process,
            async work =>
            {
                await work.LockAsync($"pipelines.cache:{key}").ConfigureAwait(false); // Two that find no entry must not both claim it.
                const string Find = """
                    SELECT c.run_id AS RunId, c.step_no AS StepNo, c.output_digest AS Digest, c.output_inline AS Inline,
                        CASE WHEN c.output_digest IS NULL AND EXISTS (
                            SELECT 1 FROM pl_step s WHERE s.run_id = c.run_id AND s.step_no = c.step_no AND s.fence = c.fence AND s.state = 'leased')
                        THEN 1 ELSE 0 END AS IsBusy
                    FROM pl_cache c WHERE c.cache_key = @key
                    """;
                var entry = await work
                    .Connection.QuerySingleOrDefaultAsync<CacheEntry?>(Find, new { key }, work.Transaction)
                    .ConfigureAwait(false);
                if (entry is { IsBusy: false, Digest: null } or null)
                {
                    await PutClaimAsync(work, step, key).ConfigureAwait(false);
                }

                return entry;
            }
        );

    private Task<int> TakeOverAsync(StepLease step, string key) =>
        database.WriteAsync(Durability.Process, work => PutClaimAsync(work, step, key));

    private Task<int> PutClaimAsync(IUnitOfWork work, StepLease step, string key)
    {
        const string Sql = """
            INSERT INTO pl_cache (cache_key, run_id, step_no, fence, created_at) VALUES (@key, @RunId, @StepNo, @Fence, @Now)
            ON CONFLICT (cache_key) DO UPDATE SET run_id = excluded.run_id, step_no = excluded.step_no, fence = excluded.fence,
                created_at = excluded.created_at, output_digest = NULL, output_inline = NULL
            """;
        var row = new
        {
            key,
            step.RunId,
            step.StepNo,
            step.Fence,
            Now = clocks.Platform.NowMicros(),
        };
        return work.Connection.ExecuteAsync(Sql, row, work.Transaction);
    }
}
