using Dapper;

namespace MlPlatform.Pipelines.Internal;

internal sealed partial class PipelineJournal
{
    private static readonly TimeSpan CancelGrace = TimeSpan.FromSeconds(30);

    /// <summary>Extends what this worker holds, and stores the progress it reports.</summary>
    /// <returns>Those that it no longer holds.</returns>
    public Task<List<StepExecution>> RenewAsync(IReadOnlyList<StepExecution> held, TimeSpan lease, CancellationToken cancellationToken)
    {
        const string Sql = $"UPDATE pl_step SET lease_until = @Until, progress = @Fraction, progress_text = @Text WHERE {Fenced}";
        return database.WriteAsync(
            Durability.Process,
            async work =>
            {
                var until = await work.GetDatabaseTimeAsync().ConfigureAwait(false) + Micros(lease);
                var lost = new List<StepExecution>();
                foreach (var execution in held)
                {
                    var step = execution.Step;
                    var row = new
                    {
                        Until = until,
                        execution.Progress?.Fraction,
                        execution.Progress?.Text,
                        step.RunId,
                        step.StepNo,
                        step.Fence,
                    };
                    if (await work.Connection.ExecuteAsync(Sql, row, work.Transaction).ConfigureAwait(false) == 0)
                    {
                        lost.Add(execution);
                    }
                }

                return lost;
            },
            cancellationToken
        );
    }

    /// <summary>Which of these runs somebody has cancelled.</summary>
    public Task<HashSet<string>> FindCancelledAsync(IReadOnlyCollection<string> runs, CancellationToken cancellationToken) =>
        database.ReadAsync(
            async connection =>
                (
                    await connection
                        .QueryAsync<string>(
                            $"SELECT run_id FROM pl_run WHERE {database.Dialect.In("run_id", "@Runs")} AND cancel_requested_work IS NOT NULL",
                            new { Runs = runs.ToArray() }
                        )
                        .ConfigureAwait(false)
                ).ToHashSet(StringComparer.Ordinal),
            cancellationToken
        );

    /// <summary>The workers that hold steps now.</summary>
    public Task<List<string>> FindHoldersAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(
            async connection =>
                (
                    await connection
                        .QueryAsync<string>("SELECT DISTINCT lease_owner FROM pl_step WHERE state = 'leased'")
                        .ConfigureAwait(false)
                ).AsList(),
            cancellationToken
        );

    /// <summary>Takes back the steps whose lease has run out or whose worker is known to be gone.</summary>
    /// <returns>How many were taken back.</returns>
    public async Task<int> SweepAsync(IReadOnlyCollection<string> gone, CancellationToken cancellationToken)
    {
        var now = clocks.Work.NowMicros(); // Only to look; the transaction below asks the database's clock.
        var any = await database
            .ReadAsync(
                connection =>
                    connection.QueryFirstOrDefaultAsync<int?>(
                        $"""
                        SELECT 1 FROM pl_step s JOIN pl_run r ON r.run_id = s.run_id
                        WHERE s.state = 'leased' AND (s.lease_until < @now OR {database.Dialect.In(
                            "s.lease_owner",
                            "@Gone"
                        )} OR r.cancel_requested_work < @Grace) LIMIT 1
                        """,
                        new
                        {
                            now,
                            Gone = gone.ToArray(),
                            Grace = now - Micros(CancelGrace),
                        }
                    ),
                cancellationToken
            )
            .ConfigureAwait(false);
        return any is null
            ? 0
            : await database.WriteAsync(Durability.Process, work => SweepAsync(work, gone), cancellationToken).ConfigureAwait(false);
    }

    private async Task<int> SweepAsync(IUnitOfWork work, IReadOnlyCollection<string> gone)
    {
        var now = await work.GetDatabaseTimeAsync().ConfigureAwait(false);
        var find = $"""
            SELECT s.run_id AS RunId, s.step_no AS StepNo, s.name AS Name, s.kind AS Kind, s.parent_no AS ParentNo, s.map_index AS MapIndex,
                s.fence AS Fence, s.attempt AS Attempt, s.failures AS Failures, s.lost_count AS LostCount, s.started_work AS StartedWork,
                s.lease_owner AS Worker, CASE WHEN r.cancel_requested_work IS NULL THEN 0 ELSE 1 END AS IsCancelled
            FROM pl_step s JOIN pl_run r ON r.run_id = s.run_id
            WHERE s.state = 'leased' AND (s.lease_until < @now OR {database.Dialect.In(
                "s.lease_owner",
                "@Gone"
            )} OR r.cancel_requested_work < @Grace)
            ORDER BY s.run_id, s.step_no
            """;
        var row = new
        {
            now,
            Gone = gone.ToArray(),
            Grace = now - Micros(CancelGrace),
        };
        var lost = (await work.Connection.QueryAsync<LostStep>(find, row, work.Transaction).ConfigureAwait(false)).AsList();
        foreach (var group in lost.GroupBy(s => s.RunId, StringComparer.Ordinal))
        {
            var run = await GetHeaderAsync(work, group.Key).ConfigureAwait(false);
            var change = await JournalChange.OpenAsync(work, run, clocks).ConfigureAwait(false);
            foreach (var step in group)
            {
                await TakeBackAsync(change, step).ConfigureAwait(false);
            }

            await change.CloseAsync().ConfigureAwait(false);
        }

        return lost.Count;
    }

    private async Task TakeBackAsync(JournalChange change, LostStep step)
    {
        var losses = step.LostCount + 1;
        var error =
            losses >= options.Value.MaxLosses
                ? new PoisonStepException(StepLease.KeyOf(step.RunId, step.Name, step.MapIndex), losses)
                : null;
        var state =
            step.IsCancelled ? StepStates.Cancelled
            : error is null ? StepStates.Ready
            : StepStates.Failed;
        const string Sql = $"""
            UPDATE pl_step SET state = @state, fence = fence + 1, lost_count = @losses, ready_at = @Now, ended_work = @Now, {Unlease},
                error_type = @Type, error = @Message
            WHERE {Fenced}
            """;
        var row = new
        {
            state,
            losses,
            change.Now,
            Type = error?.GetType().Name,
            error?.Message,
            step.RunId,
            step.StepNo,
            step.Fence,
        };
        if (await change.Work.Connection.ExecuteAsync(Sql, row, change.Work.Transaction).ConfigureAwait(false) == 0)
        {
            return; // Where transactions run side by side it may have come to its end since it was found.
        }

        await AttemptAsync(change, step.ToLease(), "lost", error).ConfigureAwait(false);
        if (!string.Equals(state, StepStates.Ready, StringComparison.Ordinal))
        {
            await change.EndedAsync(Ended(step.ToLease(), state, error?.GetType().Name)).ConfigureAwait(false);
        }
    }

    /// <summary>Cancels what does not run; what runs gets its token, and loses its lease after a grace.</summary>
    public Task<bool> CancelAsync(string runId, CancellationToken cancellationToken) =>
        database.WriteAsync(
            Durability.Power,
            async work =>
            {
                var run = await GetHeaderAsync(work, runId).ConfigureAwait(false);
                var change = await JournalChange.OpenAsync(work, run, clocks).ConfigureAwait(false);
                var row = new { runId, change.Now };
                const string Request = """
                    UPDATE pl_run SET cancel_requested_work = @Now WHERE run_id = @runId AND ended_at IS NULL AND cancel_requested_work IS NULL
                    """;
                if (await work.Connection.ExecuteAsync(Request, row, work.Transaction).ConfigureAwait(false) == 0)
                {
                    return false;
                }

                const string Stop = $"""
                    UPDATE pl_step SET state = 'cancelled', ended_work = @Now
                    WHERE run_id = @runId AND state IN ('blocked', 'ready', 'waiting', 'expanded')
                    RETURNING {EndedStep.Columns}
                    """;
                var stopped = await work.Connection.QueryAsync<EndedStep>(Stop, row, work.Transaction).ConfigureAwait(false);
                change.Cancelled(stopped.OrderBy(s => s.StepNo));
                await change.CloseAsync().ConfigureAwait(false);
                return true;
            },
            cancellationToken
        );

    public Task SeenAsync(string worker, IEnumerable<string> specs, CancellationToken cancellationToken) =>
        database.WriteAsync(
            Durability.Process,
            async work =>
            {
                const string Sql = """
                    INSERT INTO pl_worker (worker_id, specs, last_seen_work) VALUES (@worker, @Specs, @Now)
                    ON CONFLICT (worker_id) DO UPDATE SET specs = excluded.specs, last_seen_work = excluded.last_seen_work
                    """;
                var now = await work.GetDatabaseTimeAsync().ConfigureAwait(false);
                var row = new
                {
                    worker,
                    Specs = string.Join(' ', specs),
                    Now = now,
                    Old = now - Micros(TimeSpan.FromDays(1)),
                };
                await work.Connection.ExecuteAsync(Sql, row, work.Transaction).ConfigureAwait(false);
                await work
                    .Connection.ExecuteAsync("DELETE FROM pl_worker WHERE last_seen_work < @Old", row, work.Transaction)
                    .ConfigureAwait(false);
            },
            cancellationToken
        );
}
