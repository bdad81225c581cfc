using System.Text.Json.Nodes;
using Dapper;

namespace MlPlatform.Pipelines.Internal;

/// <summary>Cursors and firings. A decision, the cursor, the run and the event commit together, and only from the cursor that was read.</summary>
internal sealed class TriggerStore(IMetadataDatabase database, PipelineJournal journal, IEventLog events, Clocks clocks)
{
    /// <summary>Where the trigger stands; a new one begins now.</summary>
    public async Task<TriggerCursor> OpenAsync(TriggerDefinition trigger, CancellationToken cancellationToken)
    {
        const string Find = "SELECT cursor AS Cursor, last_due AS LastDue FROM pl_trigger WHERE trigger_id = @Id";
        const string Insert = """
            INSERT INTO pl_trigger (trigger_id, cursor, last_due) VALUES (@Id, @Cursor, @Now)
            ON CONFLICT (trigger_id) DO UPDATE SET last_due = pl_trigger.last_due RETURNING cursor AS Cursor, last_due AS LastDue
            """;
        var known = await database
            .ReadAsync(connection => connection.QuerySingleOrDefaultAsync<TriggerCursor?>(Find, new { trigger.Id }), cancellationToken)
            .ConfigureAwait(false);
        if (known is not null)
        {
            return known;
        }

        var last = await events.GetLastPositionAsync(cancellationToken).ConfigureAwait(false);
        var row = new
        {
            trigger.Id,
            Cursor = last.ToString(),
            Now = clocks.Platform.NowMicros(),
        };
        return await database
            .WriteAsync(
                Durability.Process,
                work => work.Connection.QuerySingleAsync<TriggerCursor>(Insert, row, work.Transaction),
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    public Task<bool> AdvanceAsync(TriggerDefinition trigger, TriggerCursor from, TriggerCursor to, CancellationToken cancellationToken) =>
        database.WriteAsync(Durability.Process, work => AdvanceAsync(work, trigger, from, to), cancellationToken);

    /// <returns>Whether this process decided; false when another has moved the cursor.</returns>
    public Task<bool> DecideAsync(
        TriggerDefinition trigger,
        TriggerCause cause,
        string? parameters,
        Exception? error,
        TriggerCursor from,
        TriggerCursor to,
        CancellationToken cancellationToken
    ) =>
        database.WriteAsync(
            Durability.Process,
            async work =>
            {
                if (!await AdvanceAsync(work, trigger, from, to).ConfigureAwait(false))
                {
                    return false;
                }

                // The cursor's row holds off this trigger's other processes; the pipeline's runs are counted for all of its triggers.
                await work.LockAsync($"pipelines.triggers:{trigger.Graph.Name}").ConfigureAwait(false);
                var key = DedupeKey(trigger, cause);
                var now = clocks.Platform.NowMicros();
                var decision = error is not null ? TriggerDecisions.Error : await JudgeAsync(work, trigger, key, now).ConfigureAwait(false);
                string? run = null;
                if (string.Equals(decision, TriggerDecisions.Fired, StringComparison.Ordinal))
                {
                    run = await FireAsync(work, trigger, cause, parameters!, now).ConfigureAwait(false);
                }

                await RecordAsync(work, trigger, cause, key, decision, run, now).ConfigureAwait(false);
                PipelinesDiagnostics.Decisions.Add(1);
                work.Append(
                    new(EventTypes.TriggerDecided, new(AssetKind.Pipeline, trigger.Graph.Name))
                    {
                        CauseId = cause.Event?.Id,
                        Related = run is null ? [] : [new(AssetKind.PipelineRun, run)],
                        Payload = new JsonObject
                        {
                            ["trigger"] = trigger.Id,
                            ["decision"] = decision,
                            ["run"] = run,
                            ["due"] = cause.Due?.ToString("O"),
                            ["error"] = error?.GetType().Name,
                        },
                    }
                );
                return true;
            },
            cancellationToken
        );

    private static async Task<bool> AdvanceAsync(IUnitOfWork work, TriggerDefinition trigger, TriggerCursor from, TriggerCursor to)
    {
        const string Sql = """
            UPDATE pl_trigger SET cursor = @NewCursor, last_due = @NewDue WHERE trigger_id = @Id AND cursor = @Cursor AND last_due = @LastDue
            """;
        var row = new
        {
            trigger.Id,
            from.Cursor,
            from.LastDue,
            NewCursor = to.Cursor,
            NewDue = to.LastDue,
        };
        return await work.Connection.ExecuteAsync(Sql, row, work.Transaction).ConfigureAwait(false) == 1;
    }

    private static async Task<string> JudgeAsync(IUnitOfWork work, TriggerDefinition trigger, string key, long now)
    {
        const string Sql = """
            SELECT (SELECT COUNT(*) FROM pl_firing WHERE dedupe_key = @key) AS Known,
                (SELECT COUNT(*) FROM pl_run WHERE pipeline = @Pipeline AND ended_at IS NULL) AS OpenRuns,
                (SELECT COUNT(*) FROM pl_firing WHERE trigger_id = @Id AND decision = 'Fired' AND at > @CoolSince) AS Recent,
                (SELECT COUNT(*) FROM pl_firing WHERE trigger_id = @Id AND decision = 'Fired' AND at > @BudgetSince) AS Spent
            """;
        var row = new
        {
            key,
            trigger.Id,
            Pipeline = trigger.Graph.Name,
            CoolSince = now - Micros(trigger.Cooldown),
            BudgetSince = now - Micros(trigger.Budget?.Window ?? TimeSpan.Zero),
        };
        var (known, open, recent, spent) = await work
            .Connection.QuerySingleAsync<(long, long, long, long)>(Sql, row, work.Transaction)
            .ConfigureAwait(false);
        return known > 0 ? TriggerDecisions.Duplicate
            : open >= trigger.MaxConcurrent ? TriggerDecisions.Concurrent
            : trigger.Cooldown > TimeSpan.Zero && recent > 0 ? TriggerDecisions.Cooldown
            : trigger.Budget is { } budget && spent >= budget.Runs ? TriggerDecisions.Budget
            : trigger.BackOff is { } backOff && await IsBackedOffAsync(work, trigger, backOff.Base, backOff.Cap, now).ConfigureAwait(false)
                ? TriggerDecisions.BackedOff
            : TriggerDecisions.Fired;
    }

    private static async Task<bool> IsBackedOffAsync(IUnitOfWork work, TriggerDefinition trigger, TimeSpan baseTime, TimeSpan cap, long now)
    {
        const string Sql =
            "SELECT state, ended_at FROM pl_run WHERE trigger_id = @Id AND ended_at IS NOT NULL ORDER BY run_id DESC LIMIT 32";
        var ended = await work
            .Connection.QueryAsync<(string State, long EndedAt)>(Sql, new { trigger.Id }, work.Transaction)
            .ConfigureAwait(false);
        var failed = ended.TakeWhile(r => !string.Equals(r.State, StepStates.Succeeded, StringComparison.Ordinal)).ToList();
        return failed.Count > 0 && now < failed[0].EndedAt + Math.Min(Micros(cap), Micros(baseTime) * Math.Pow(2, failed.Count - 1));
    }

    private async Task<string> FireAsync(IUnitOfWork work, TriggerDefinition trigger, TriggerCause cause, string parameters, long now)
    {
        var run = new RunHeader
        {
            RunId = PipelineRunId.New(clocks.Platform).ToString(),
            Pipeline = trigger.Graph.Name,
            SpecHash = trigger.Graph.SpecHash,
            ParamsJson = parameters,
            Seed = 0,
            AsOfMicros = cause.Due is { } due ? StoredTime.ToMicros(due) : now,
            CauseText = cause.Event?.Id.ToString(),
            TriggerId = trigger.Id,
        };
        await journal.CreateAsync(work, trigger.Graph, run).ConfigureAwait(false);
        return run.RunId;
    }

    private static Task<int> RecordAsync(
        IUnitOfWork work,
        TriggerDefinition trigger,
        TriggerCause cause,
        string key,
        string decision,
        string? run,
        long now
    )
    {
        const string Sql = """
            INSERT INTO pl_firing (dedupe_key, trigger_id, cause_id, due_at, decision, run_id, at)
            VALUES (@key, @Id, @Cause, @Due, @decision, @run, @now) ON CONFLICT (dedupe_key) DO NOTHING
            """;
        var row = new
        {
            key,
            trigger.Id,
            Cause = cause.Event?.Id.ToString(),
            Due = StoredTime.ToMicros(cause.Due),
            decision,
            run,
            now,
        };
        return work.Connection.ExecuteAsync(Sql, row, work.Transaction);
    }

    private static string DedupeKey(TriggerDefinition trigger, TriggerCause cause) =>
        CanonicalJson
            .Digest(new JsonArray(trigger.Graph.Name, trigger.Id, cause.Event?.Id.ToString(), cause.Due?.ToString("O")))
            .ToString();

    private static long Micros(TimeSpan time) => time.Ticks / TimeSpan.TicksPerMicrosecond;
}
