using Dapper;

namespace MlPlatform.Pipelines.Internal;

internal sealed partial class PipelineJournal
{
    private const string Unlease = "lease_owner = NULL, lease_until = NULL";
    private const string Fenced = "run_id = @RunId AND step_no = @StepNo AND fence = @Fence AND state = 'leased'";

    /// <summary>Ends a step with its output, its effects and all that follows from it.</summary>
    public Task CommitAsync(StepExecution execution, StepOutput? output, string state, StepCacheNote? cache, GateResult? verdict = null)
    {
        var step = execution.Step;
        const string Sql = $"""
            UPDATE pl_step SET state = @state, ended_work = @Now, {Unlease}, output_digest = @Digest, output_inline = @Inline,
                cache_key = @Key, cache_doc = @Document, cache_reason = @Reason, wake_at = NULL, wake_types = NULL
            WHERE {Fenced}
            """;
        return FencedAsync(
            execution,
            async change =>
            {
                var row = new
                {
                    state,
                    change.Now,
                    output?.Digest,
                    output?.Inline,
                    cache?.Key,
                    cache?.Document,
                    cache?.Reason,
                    step.RunId,
                    step.StepNo,
                    step.Fence,
                };
                await MoveAsync(change, step, Sql, row).ConfigureAwait(false);
                await ApplyAsync(execution, change, state, error: null).ConfigureAwait(false);
                if (output is not null)
                {
                    await KeepOutputAsync(change, execution, output, cache).ConfigureAwait(false);
                }

                if (verdict is not null)
                {
                    change.Work.Append(verdict.ToEvent(ArtifactDigest.Parse(output!.Digest)) with { CauseId = execution.Run.CauseId });
                }

                await change.EndedAsync(Ended(step, state)).ConfigureAwait(false);
                await change.CloseAsync().ConfigureAwait(false);
            }
        );
    }

    /// <summary>Ends an attempt that failed: tries again later, or ends the step.</summary>
    public Task FailAsync(StepExecution execution, Exception error, bool cancelled)
    {
        var (step, node) = (execution.Step, execution.Node);
        var failures = step.Failures + 1;
        var again = !cancelled && failures <= node.Retries;
        var state =
            cancelled ? StepStates.Cancelled
            : again ? StepStates.Ready
            : StepStates.Failed;
        var spread = (StepSeed.Of(execution.Seed, "retry", failures) & 0xFFFF) / 65535.0;
        var delay = again ? node.Backoff.DelayAfter(failures, spread) : TimeSpan.Zero;
        const string Sql = $"""
            UPDATE pl_step SET state = @state, failures = @failures, ready_at = @ReadyAt, ended_work = @Now, {Unlease}, error_type = @Type, error = @Message
            WHERE {Fenced}
            """;
        execution.Effects.Clear(); // Effects belong to a success.
        return FencedAsync(
            execution,
            async change =>
            {
                var row = new
                {
                    state,
                    failures,
                    ReadyAt = change.Now + Micros(delay),
                    change.Now,
                    Type = error.GetType().Name,
                    error.Message,
                    step.RunId,
                    step.StepNo,
                    step.Fence,
                };
                await MoveAsync(change, step, Sql, row).ConfigureAwait(false);
                await AttemptAsync(change, step, again ? "retry" : state, error).ConfigureAwait(false);
                await (again ? change.StopIfCancelledAsync() : change.EndedAsync(Ended(step, state, error.GetType().Name))).ConfigureAwait(
                    false
                );

                await change.CloseAsync().ConfigureAwait(false);
            }
        );
    }

    /// <summary>Puts a step to sleep until its wake-up; effects so far commit.</summary>
    public Task SuspendAsync(StepExecution execution, WakeOn wake, EventPosition since)
    {
        var step = execution.Step;
        const string Sql = $"""
            UPDATE pl_step SET state = 'waiting', attempt = attempt - 1, {Unlease},
                wake_at = @WakeAt, wake_types = @Types, wake_subject = @Subject, wake_position = @Position
            WHERE {Fenced}
            """;
        return FencedAsync(
            execution,
            async change =>
            {
                var row = new
                {
                    WakeAt = StoredTime.ToMicros(wake.Due),
                    Types = wake.Types.Count == 0 ? null : string.Join(' ', wake.Types),
                    Subject = wake.Subject?.ToString(),
                    Position = since.ToString(),
                    step.RunId,
                    step.StepNo,
                    step.Fence,
                };
                await MoveAsync(change, step, Sql, row).ConfigureAwait(false);
                await ApplyAsync(execution, change, StepStates.Waiting, error: null).ConfigureAwait(false);
                await change.StopIfCancelledAsync().ConfigureAwait(false);
                await change.CloseAsync().ConfigureAwait(false);
            }
        );
    }

    /// <summary>Gives a step back unrun, to be claimed a little later: another process computes the same key.</summary>
    public Task PostponeAsync(StepExecution execution, TimeSpan delay)
    {
        var step = execution.Step;
        const string Sql = $"UPDATE pl_step SET state = 'ready', attempt = attempt - 1, {Unlease}, ready_at = @ReadyAt WHERE {Fenced}";
        return FencedAsync(
            execution,
            async change =>
            {
                var row = new
                {
                    ReadyAt = change.Now + Micros(delay),
                    step.RunId,
                    step.StepNo,
                    step.Fence,
                };
                await MoveAsync(change, step, Sql, row).ConfigureAwait(false);
                await change.StopIfCancelledAsync().ConfigureAwait(false);
                await change.CloseAsync().ConfigureAwait(false);
            }
        );
    }

    /// <summary>Turns a map into one step for each item; the first few are ready, each success readies the next.</summary>
    public Task ExpandAsync(StepExecution execution, IReadOnlyList<string> items, int parallelism)
    {
        var step = execution.Step;
        const string Sql = $"""
            UPDATE pl_step SET state = CASE WHEN @Count = 0 THEN 'ready' ELSE 'expanded' END, kind = 'gather', attempt = attempt - 1, pending_deps = @Count, {Unlease} WHERE {Fenced}
            """;
        const string Item = """
            INSERT INTO pl_step (run_id, step_no, name, kind, parent_no, map_index, item_json, state, pending_deps, fence, attempt, failures, lost_count, ready_at)
            VALUES (@RunId, @StepNo, @Name, 'item', @ParentNo, @Index, @item, @State, 0, 0, 0, 0, 0, @Now)
            """;
        return FencedAsync(
            execution,
            async change =>
            {
                await MoveAsync(
                        change,
                        step,
                        Sql,
                        new
                        {
                            items.Count,
                            step.RunId,
                            step.StepNo,
                            step.Fence,
                        }
                    )
                    .ConfigureAwait(false);
                await ApplyAsync(execution, change, StepStates.Expanded, error: null).ConfigureAwait(false);
                var first = 1 + await FindLastNumberAsync(change.Work, step.RunId).ConfigureAwait(false);
                var rows = items.Select(
                    (item, index) =>
                        new
                        {
                            step.RunId,
                            StepNo = first + index,
                            step.Name,
                            ParentNo = step.StepNo,
                            Index = index,
                            item,
                            State = index < parallelism ? StepStates.Ready : StepStates.Blocked,
                            change.Now,
                        }
                );
                await change.Work.Connection.ExecuteAsync(Item, rows, change.Work.Transaction).ConfigureAwait(false);
                await change.StopIfCancelledAsync().ConfigureAwait(false);
                await change.CloseAsync(added: items.Count).ConfigureAwait(false);
            }
        );
    }

    /// <summary>Asks for an approval and waits for it.</summary>
    public Task AskAsync(StepExecution execution, string subjectDigest)
    {
        var (step, node) = (execution.Step, execution.Node);
        const string Sql = $"UPDATE pl_step SET state = 'waiting', {Unlease}, wake_at = @Expires WHERE {Fenced}";
        const string Ask = """
            INSERT INTO pl_approval (run_id, step_no, role, requested_at, expires_at, subject_digest)
            VALUES (@RunId, @StepNo, @Role, @Requested, @Expires, @subjectDigest)
            """;
        return FencedAsync(
            execution,
            async change =>
            {
                var requested = clocks.Platform.NowMicros();
                var row = new
                {
                    step.RunId,
                    step.StepNo,
                    step.Fence,
                    node.Role,
                    Requested = requested,
                    Expires = requested + Micros(node.Expires!.Value),
                    subjectDigest,
                };
                await MoveAsync(change, step, Sql, row).ConfigureAwait(false);
                await change.Work.Connection.ExecuteAsync(Ask, row, change.Work.Transaction).ConfigureAwait(false);
                await change.StopIfCancelledAsync().ConfigureAwait(false);
                await change.CloseAsync().ConfigureAwait(false);
            }
        );
    }

    private static async Task<int> FindLastNumberAsync(IUnitOfWork work, string runId)
    {
        // The change has its turn with the run: two maps that expand at once do not take the same numbers.
        const string Last = "SELECT MAX(step_no) FROM pl_step WHERE run_id = @runId";
        return await work.Connection.QuerySingleAsync<int>(Last, new { runId }, work.Transaction).ConfigureAwait(false);
    }

    private async Task FencedAsync(StepExecution execution, Func<JournalChange, Task> body)
    {
        faults.Hit("pipelines.commit");
        await database
            .WriteAsync(
                execution.Node.Durability,
                async work =>
                    await body(await JournalChange.OpenAsync(work, execution.Run, clocks).ConfigureAwait(false)).ConfigureAwait(false),
                CancellationToken.None
            )
            .ConfigureAwait(false);
        faults.Hit("pipelines.committed");
    }

    /// <summary>The one place where the fence decides: no row, no commit.</summary>
    private static async Task MoveAsync(JournalChange change, StepLease step, string sql, object row)
    {
        if (await change.Work.Connection.ExecuteAsync(sql, row, change.Work.Transaction).ConfigureAwait(false) == 0)
        {
            var actual = await change
                .Work.Connection.QuerySingleOrDefaultAsync<long>(
                    "SELECT fence FROM pl_step WHERE run_id = @RunId AND step_no = @StepNo",
                    new { step.RunId, step.StepNo },
                    change.Work.Transaction
                )
                .ConfigureAwait(false);
            throw new StaleFenceException(step.Key, step.Fence, actual);
        }
    }

    /// <summary>What the body asked to commit with the step.</summary>
    private static async Task ApplyAsync(StepExecution execution, JournalChange change, string outcome, Exception? error)
    {
        foreach (var effect in execution.Effects)
        {
            await effect(change.Work).ConfigureAwait(false);
        }

        foreach (var digest in execution.Kept)
        {
            change.Work.Reference(digest, new("pipelineRun", execution.Step.RunId));
        }

        foreach (var (from, to, relation) in execution.Links)
        {
            change.Work.Link(from, to, relation);
        }

        await AttemptAsync(change, execution.Step, outcome, error).ConfigureAwait(false);
    }

    private static async Task KeepOutputAsync(JournalChange change, StepExecution execution, StepOutput output, StepCacheNote? cache)
    {
        var step = execution.Step;
        if (output.Inline is null)
        {
            change.Work.Reference(ArtifactDigest.Parse(output.Digest), new("pipelineRun", step.RunId));
            change.Work.Link(execution.Run.Asset, new(AssetKind.Artifact, output.Digest), "produced");
        }

        if (cache is { IsHit: false })
        {
            const string Sql = """
                UPDATE pl_cache SET output_digest = @Digest, output_inline = @Inline
                WHERE cache_key = @Key AND run_id = @RunId AND step_no = @StepNo AND fence = @Fence
                """;
            var row = new
            {
                output.Digest,
                output.Inline,
                cache.Key,
                step.RunId,
                step.StepNo,
                step.Fence,
            };
            await change.Work.Connection.ExecuteAsync(Sql, row, change.Work.Transaction).ConfigureAwait(false);
        }
    }

    private static Task<int> AttemptAsync(JournalChange change, StepLease step, string outcome, Exception? error)
    {
        const string Sql = """
            INSERT INTO pl_attempt (run_id, step_no, fence, attempt, worker, started_work, ended_work, outcome, error_type, error)
            VALUES (@RunId, @StepNo, @Fence, @Attempt, @Worker, @StartedWork, @Now, @outcome, @Type, @Message)
            """;
        var row = new
        {
            step.Attempt,
            step.Worker,
            step.Fence,
            step.StartedWork,
            change.Now,
            outcome,
            Type = error?.GetType().Name,
            Message = error?.ToString(),
            step.RunId,
            step.StepNo,
        };
        return change.Work.Connection.ExecuteAsync(Sql, row, change.Work.Transaction);
    }

    private static EndedStep Ended(StepLease step, string state, string? errorType = null) =>
        new()
        {
            StepNo = step.StepNo,
            Name = step.Name,
            MapIndex = step.MapIndex,
            ParentNo = step.ParentNo,
            Attempt = step.Attempt,
            State = state,
            ErrorType = errorType,
        };
}
