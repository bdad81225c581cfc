using Dapper;

namespace MlPlatform.Pipelines.Internal;

internal sealed partial class PipelineJournal
{
    public Task<RunHeader> GetHeaderAsync(string runId, CancellationToken cancellationToken) =>
        database.ReadAsync(async connection => await FindHeaderAsync(connection, runId, null).ConfigureAwait(false), cancellationToken);

    private static Task<RunHeader> GetHeaderAsync(IUnitOfWork work, string runId) =>
        FindHeaderAsync(work.Connection, runId, work.Transaction);

    private static async Task<RunHeader> FindHeaderAsync(
        System.Data.Common.DbConnection connection,
        string runId,
        System.Data.Common.DbTransaction? transaction
    ) =>
        await connection
            .QuerySingleOrDefaultAsync<RunHeader>(
                $"SELECT {RunHeader.Columns} FROM pl_run WHERE run_id = @runId",
                new { runId },
                transaction
            )
            .ConfigureAwait(false)
        ?? throw new AssetNotFoundException(new(AssetKind.PipelineRun, runId));

    /// <summary>The outputs that the edges of a static step bring, by step number.</summary>
    public Task<List<StoredOutput>> GetInputsAsync(string runId, int step, CancellationToken cancellationToken) =>
        database.ReadAsync(
            async connection =>
                (
                    await connection
                        .QueryAsync<StoredOutput>(
                            """
                            SELECT s.step_no AS StepNo, s.output_digest AS Digest, s.output_inline AS Inline
                            FROM pl_edge e JOIN pl_step s ON s.run_id = e.run_id AND s.step_no = e.from_step
                            WHERE e.run_id = @runId AND e.to_step = @step AND s.output_digest IS NOT NULL
                            """,
                            new { runId, step }
                        )
                        .ConfigureAwait(false)
                ).AsList(),
            cancellationToken
        );

    /// <summary>The outputs of a map's items, in order.</summary>
    public Task<List<StoredOutput>> GetItemOutputsAsync(string runId, int map, CancellationToken cancellationToken) =>
        database.ReadAsync(
            async connection =>
                (
                    await connection
                        .QueryAsync<StoredOutput>(
                            """
                            SELECT step_no AS StepNo, output_digest AS Digest, output_inline AS Inline
                            FROM pl_step WHERE run_id = @runId AND parent_no = @map ORDER BY map_index
                            """,
                            new { runId, map }
                        )
                        .ConfigureAwait(false)
                ).AsList(),
            cancellationToken
        );

    /// <summary>How many steps of these definitions could go on without anything from outside.</summary>
    public Task<long> CountActiveAsync(IReadOnlyCollection<string> specs, CancellationToken cancellationToken) =>
        database.ReadAsync(
            connection =>
                connection.QuerySingleAsync<long>(
                    $"""
                    SELECT COUNT(*) FROM pl_run r JOIN pl_step s ON s.run_id = r.run_id
                    WHERE r.ended_at IS NULL AND {database.Dialect.In("r.spec_hash", "@Specs")} AND s.state IN ('ready', 'leased')
                    """,
                    new { Specs = specs.ToArray() }
                ),
            cancellationToken
        );

    /// <summary>Whether a run has ended, does not exist, or (if asked) has nothing left but waits.</summary>
    public Task<bool> IsAtRestAsync(string runId, bool orWaiting, CancellationToken cancellationToken)
    {
        var sql = $"""
            SELECT 1 FROM pl_run r WHERE r.run_id = @runId AND r.ended_at IS NULL
            {(orWaiting ? "AND EXISTS (SELECT 1 FROM pl_step s WHERE s.run_id = r.run_id AND s.state IN ('ready', 'leased'))" : "")}
            """;
        return database.ReadAsync(
            async connection => await connection.QueryFirstOrDefaultAsync<int?>(sql, new { runId }).ConfigureAwait(false) is null,
            cancellationToken
        );
    }

    public Task<RunRow?> FindRunAsync(string runId, CancellationToken cancellationToken) =>
        database.ReadAsync(
            connection =>
                connection.QuerySingleOrDefaultAsync<RunRow?>($"SELECT {RunRow.Columns} FROM pl_run WHERE run_id = @runId", new { runId }),
            cancellationToken
        );

    public Task<List<RunRow>> ListRunsAsync(string? pipeline, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync(
            async connection =>
                (
                    await connection
                        .QueryAsync<RunRow>(
                            $"""
                            SELECT {RunRow.Columns} FROM pl_run {(pipeline is null ? "" : "WHERE pipeline = @pipeline")}
                            ORDER BY created_at DESC, run_id DESC LIMIT @limit
                            """,
                            new { pipeline, limit }
                        )
                        .ConfigureAwait(false)
                ).AsList(),
            cancellationToken
        );

    public Task<List<StepRow>> GetStepsAsync(IReadOnlyCollection<string> runs, CancellationToken cancellationToken) =>
        database.ReadAsync(
            async connection =>
                (
                    await connection
                        .QueryAsync<StepRow>(
                            $"SELECT {StepRow.Columns} FROM pl_step WHERE {database.Dialect.In("run_id", "@Runs")} ORDER BY run_id, step_no",
                            new { Runs = runs.ToArray() }
                        )
                        .ConfigureAwait(false)
                ).AsList(),
            cancellationToken
        );

    public Task<StepRow?> FindStepAsync(string runId, string step, int? item, CancellationToken cancellationToken) =>
        database.ReadAsync(
            connection =>
                connection.QueryFirstOrDefaultAsync<StepRow?>(
                    $"""
                    SELECT {StepRow.Columns} FROM pl_step
                    WHERE run_id = @runId AND name = @step AND {(item is null ? "map_index IS NULL" : "map_index = @item")}
                    """,
                    new
                    {
                        runId,
                        step,
                        item,
                    }
                ),
            cancellationToken
        );

    /// <summary>Whether a worker that was seen lately has a definition.</summary>
    public Task<bool> HasWorkerAsync(string spec, long since, CancellationToken cancellationToken) =>
        database.ReadAsync(
            async connection =>
                await connection
                    .QueryFirstOrDefaultAsync<int?>(
                        "SELECT 1 FROM pl_worker WHERE last_seen_work >= @since AND specs LIKE @Pattern LIMIT 1",
                        new { since, Pattern = $"%{spec}%" }
                    )
                    .ConfigureAwait(false)
                    is not null,
            cancellationToken
        );
}
