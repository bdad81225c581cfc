using Dapper;

namespace MlPlatform.Pipelines.Internal;

/// <summary>One transaction on one run: what follows from the steps that end in it, and the end of the run itself.</summary>
internal sealed class JournalChange(IUnitOfWork work, RunHeader run, long workNow, long platformNow)
{
    private int ended;

    public IUnitOfWork Work { get; } = work;

    public long Now { get; } = workNow;

    /// <summary>
    /// Waits for its turn with the run. Two steps that end at once would lock the steps after them in different orders, and a step that goes back to
    /// ready would slip past a cancellation that does not see it yet.
    /// </summary>
    public static async Task<JournalChange> OpenAsync(IUnitOfWork work, RunHeader run, Clocks clocks)
    {
        await work.LockAsync($"pipelines.run:{run.RunId}").ConfigureAwait(false);
        return new(work, run, await work.GetDatabaseTimeAsync().ConfigureAwait(false), clocks.Platform.NowMicros());
    }

    /// <summary>Reports an ended step and moves what depends on it: dependents get ready or are skipped, items move their map.</summary>
    public async Task EndedAsync(EndedStep step)
    {
        ended++;
        Report(step);
        var succeeded = StepStates.HasOutput(step.State);
        if (step.ParentNo is { } parent)
        {
            await (succeeded ? ItemSucceededAsync(parent) : ItemFailedAsync(step, parent)).ConfigureAwait(false);
            return;
        }

        await ReleaseDependentsAsync(step.StepNo, succeeded).ConfigureAwait(false);
        if (!succeeded)
        {
            await SkipDependentsAsync(step.StepNo).ConfigureAwait(false);
        }
    }

    /// <summary>Reports steps that were cancelled with everything around them, so that nothing follows from each.</summary>
    public void Cancelled(IEnumerable<EndedStep> steps)
    {
        foreach (var step in steps)
        {
            ended++;
            Report(step);
        }
    }

    /// <summary>A step that would go on later does not when the run was cancelled meanwhile.</summary>
    public async Task StopIfCancelledAsync()
    {
        const string Sql = $"""
            UPDATE pl_step SET state = 'cancelled', ended_work = @Now
            WHERE run_id = @RunId AND state IN ('blocked', 'ready', 'waiting', 'expanded')
                AND EXISTS (SELECT 1 FROM pl_run r WHERE r.run_id = @RunId AND r.cancel_requested_work IS NOT NULL)
            RETURNING {EndedStep.Columns}
            """;
        var stopped = await Work.Connection.QueryAsync<EndedStep>(Sql, new { Now, run.RunId }, Work.Transaction).ConfigureAwait(false);
        Cancelled(stopped.OrderBy(s => s.StepNo));
    }

    /// <summary>Closes the run when its last step has ended. Called last.</summary>
    public async Task CloseAsync(int added = 0)
    {
        Work.Notify(ChangeTopics.Steps);
        if (ended == 0 && added == 0)
        {
            return;
        }

        var open = await Work
            .Connection.QuerySingleAsync<int>(
                "UPDATE pl_run SET open_steps = open_steps + @Delta WHERE run_id = @RunId RETURNING open_steps",
                new { Delta = added - ended, run.RunId },
                Work.Transaction
            )
            .ConfigureAwait(false);
        if (open == 0)
        {
            await EndRunAsync().ConfigureAwait(false);
        }
    }

    private Task<int> ReleaseDependentsAsync(int step, bool succeeded)
    {
        const string Sql = """
            UPDATE pl_step SET pending_deps = pending_deps - 1,
                state = CASE WHEN pending_deps <= 1 THEN 'ready' ELSE state END, ready_at = CASE WHEN pending_deps <= 1 THEN @Now ELSE ready_at END
            WHERE run_id = @RunId AND state = 'blocked'
                AND step_no IN (SELECT to_step FROM pl_edge WHERE run_id = @RunId AND from_step = @step AND (on_end = 1 OR @Succeeded = 1))
            """;
        var row = new
        {
            Now,
            run.RunId,
            step,
            Succeeded = succeeded ? 1 : 0,
        };
        return Work.Connection.ExecuteAsync(Sql, row, Work.Transaction);
    }

    private async Task SkipDependentsAsync(int step)
    {
        const string Sql = $"""
            UPDATE pl_step SET state = 'skipped', ended_work = @Now
            WHERE run_id = @RunId AND state = 'blocked'
                AND step_no IN (SELECT to_step FROM pl_edge WHERE run_id = @RunId AND from_step = @step AND on_end = 0)
            RETURNING {EndedStep.Columns}
            """;
        var skipped = await Work
            .Connection.QueryAsync<EndedStep>(
                Sql,
                new
                {
                    Now,
                    run.RunId,
                    step,
                },
                Work.Transaction
            )
            .ConfigureAwait(false);
        foreach (var next in skipped.OrderBy(s => s.StepNo))
        {
            await EndedAsync(next).ConfigureAwait(false);
        }
    }

    private async Task ItemSucceededAsync(int map)
    {
        const string Count = """
            UPDATE pl_step SET pending_deps = pending_deps - 1,
                state = CASE WHEN pending_deps <= 1 THEN 'ready' ELSE state END, ready_at = CASE WHEN pending_deps <= 1 THEN @Now ELSE ready_at END
            WHERE run_id = @RunId AND step_no = @map AND state = 'expanded'
            """;
        const string Next = """
            UPDATE pl_step SET state = 'ready', ready_at = @Now
            WHERE run_id = @RunId AND step_no = (
                SELECT step_no FROM pl_step WHERE run_id = @RunId AND parent_no = @map AND state = 'blocked' ORDER BY map_index LIMIT 1)
            """;
        var row = new
        {
            Now,
            run.RunId,
            map,
        };
        await Work.Connection.ExecuteAsync(Count, row, Work.Transaction).ConfigureAwait(false);
        await Work.Connection.ExecuteAsync(Next, row, Work.Transaction).ConfigureAwait(false);
    }

    private async Task ItemFailedAsync(EndedStep item, int map)
    {
        const string Rest = $"""
            UPDATE pl_step SET state = 'cancelled', ended_work = @Now WHERE run_id = @RunId AND parent_no = @map AND state IN ('blocked', 'ready')
            RETURNING {EndedStep.Columns}
            """;
        const string Parent = $"""
            UPDATE pl_step SET state = @State, ended_work = @Now, error_type = @ErrorType, error = @Error
            WHERE run_id = @RunId AND step_no = @map AND state = 'expanded'
            RETURNING {EndedStep.Columns}
            """;
        var row = new
        {
            Now,
            run.RunId,
            map,
            item.State,
            item.ErrorType,
            Error = $"Item {item.MapIndex} ended as {item.State}.",
        };
        Cancelled(await Work.Connection.QueryAsync<EndedStep>(Rest, row, Work.Transaction).ConfigureAwait(false));
        if (await Work.Connection.QuerySingleOrDefaultAsync<EndedStep>(Parent, row, Work.Transaction).ConfigureAwait(false) is { } parent)
        {
            await EndedAsync(parent).ConfigureAwait(false);
        }
    }

    private async Task EndRunAsync()
    {
        const string Count = """
            SELECT MAX(CASE WHEN state = 'failed' THEN 1 ELSE 0 END) AS Failed, MAX(CASE WHEN state = 'gateFailed' THEN 1 ELSE 0 END) AS GateFailed,
                MAX(CASE WHEN state = 'cancelled' AND parent_no IS NULL THEN 1 ELSE 0 END) AS Cancelled
            FROM pl_step WHERE run_id = @RunId
            """;
        var (failed, gateFailed, cancelled) = await Work
            .Connection.QuerySingleAsync<(long, long, long)>(Count, new { run.RunId }, Work.Transaction)
            .ConfigureAwait(false);
        var state = (failed, gateFailed, cancelled) switch
        {
            (_, _, 1) => StepStates.Cancelled,
            (1, _, _) => StepStates.Failed,
            (_, 1, _) => StepStates.GateFailed,
            _ => StepStates.Succeeded,
        };
        await Work
            .Connection.ExecuteAsync(
                "UPDATE pl_run SET state = @state, ended_at = @platformNow, ended_work = @Now WHERE run_id = @RunId",
                new
                {
                    state,
                    platformNow,
                    Now,
                    run.RunId,
                },
                Work.Transaction
            )
            .ConfigureAwait(false);
        Work.Append(JournalEvents.RunEnded(run, state));
    }

    private void Report(EndedStep step) => Work.Append(JournalEvents.StepEnded(run, step));
}
