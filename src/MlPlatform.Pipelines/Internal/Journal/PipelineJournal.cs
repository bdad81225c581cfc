using Dapper;
using Microsoft.Extensions.Options;

namespace MlPlatform.Pipelines.Internal;

/// <summary>The fenced journal: every transition of a run or step is one transaction here. See readme.md.</summary>
internal sealed partial class PipelineJournal(
    IMetadataDatabase database,
    Clocks clocks,
    IActorAccessor actors,
    IFaultPoints faults,
    IOptions<PipelinesOptions> options
)
{
    /// <summary>Makes a run with all its steps, inside a transaction of the caller.</summary>
    public async Task CreateAsync(IUnitOfWork work, PipelineGraph graph, RunHeader run)
    {
        var now = await work.GetDatabaseTimeAsync().ConfigureAwait(false);
        const string Run = """
            INSERT INTO pl_run (run_id, pipeline, spec_hash, params_json, seed, as_of, state, open_steps, cause_id, trigger_id, actor, created_at, created_work)
            VALUES (@RunId, @Pipeline, @SpecHash, @ParamsJson, @Seed, @AsOfMicros, 'running', @Open, @CauseText, @TriggerId, @Actor, @CreatedAt, @now)
            """;
        var row = new
        {
            run.RunId,
            run.Pipeline,
            run.SpecHash,
            run.ParamsJson,
            run.Seed,
            run.AsOfMicros,
            Open = graph.Nodes.Count,
            run.CauseText,
            run.TriggerId,
            Actor = (run.Actor ?? actors.Current).ToString(),
            CreatedAt = clocks.Platform.NowMicros(),
            now,
        };
        await work.Connection.ExecuteAsync(Run, row, work.Transaction).ConfigureAwait(false);
        const string Step = """
            INSERT INTO pl_step (run_id, step_no, name, kind, state, pending_deps, fence, attempt, failures, lost_count, ready_at)
            VALUES (@RunId, @StepNo, @Name, @Kind, @State, @Pending, 0, 0, 0, 0, @now)
            """;
        var steps = graph.Nodes.Select(
            (node, number) =>
                new
                {
                    run.RunId,
                    StepNo = number,
                    node.Name,
                    Kind = StepKinds.Of(node.Kind),
                    State = node.Edges.Count == 0 ? StepStates.Ready : StepStates.Blocked,
                    Pending = node.Edges.Count,
                    now,
                }
        );
        await work.Connection.ExecuteAsync(Step, steps, work.Transaction).ConfigureAwait(false);
        const string Edge = "INSERT INTO pl_edge (run_id, from_step, to_step, on_end) VALUES (@RunId, @From, @To, @OnEnd)";
        var edges = graph.Nodes.SelectMany(
            (node, number) =>
                node.Edges.Select(e => new
                {
                    run.RunId,
                    From = graph.NumberOf(e.From),
                    To = number,
                    OnEnd = e.OnEnd ? 1 : 0,
                })
        );
        await work.Connection.ExecuteAsync(Edge, edges, work.Transaction).ConfigureAwait(false);
        var resolved = graph.Parameters.Resolve(run.ParamsJson);
        work.Append(JournalEvents.RunStarted(run));
        work.Append(JournalEvents.ParamsResolved(run, resolved));
        await work.AppendIfChangedAsync(JournalEvents.ParamsRead(run, resolved)).ConfigureAwait(false);
        work.Notify(ChangeTopics.Steps);
    }

    public Task CreateAsync(PipelineGraph graph, RunHeader run, CancellationToken cancellationToken) =>
        database.WriteAsync(Durability.Process, work => CreateAsync(work, graph, run), cancellationToken);

    /// <summary>Gives this worker up to so many ready steps of the definitions it has.</summary>
    public async Task<IReadOnlyList<StepLease>> ClaimAsync(
        string worker,
        IReadOnlyCollection<string> specs,
        int limit,
        TimeSpan lease,
        CancellationToken cancellationToken
    )
    {
        // Most rounds find nothing: a read does not take the writer.
        if (!await AnyReadyAsync(specs, cancellationToken).ConfigureAwait(false))
        {
            return [];
        }

        var sql = $"""
            UPDATE pl_step SET state = 'leased', fence = fence + 1, attempt = attempt + 1, lease_owner = @worker, lease_until = @Until,
                started_work = @Now, ended_work = NULL, progress = NULL, progress_text = NULL
            WHERE (run_id, step_no) IN (
                SELECT s.run_id, s.step_no FROM pl_step s JOIN pl_run r ON r.run_id = s.run_id
                WHERE s.state = 'ready' AND s.ready_at <= @Now AND {database.Dialect.In("r.spec_hash", "@Specs")}
                ORDER BY s.ready_at, s.run_id, s.step_no LIMIT @limit {database.Dialect.ForUpdate("s", skipLocked: true)})
            RETURNING run_id AS RunId, step_no AS StepNo, name AS Name, kind AS Kind, parent_no AS ParentNo, map_index AS MapIndex,
                item_json AS ItemJson, fence AS Fence, attempt AS Attempt, failures AS Failures, started_work AS StartedWork,
                lease_owner AS Worker
            """;
        var claimed = await database
            .WriteAsync(
                Durability.Process,
                async work =>
                {
                    var now = await work.GetDatabaseTimeAsync().ConfigureAwait(false);
                    var row = new
                    {
                        worker,
                        Specs = specs.ToArray(),
                        limit,
                        Now = now,
                        Until = now + Micros(lease),
                    };
                    return (await work.Connection.QueryAsync<StepLease>(sql, row, work.Transaction).ConfigureAwait(false)).AsList();
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        faults.Hit("pipelines.claimed");
        return [.. claimed.OrderBy(c => c.RunId, StringComparer.Ordinal).ThenBy(c => c.StepNo)];
    }

    private Task<bool> AnyReadyAsync(IReadOnlyCollection<string> specs, CancellationToken cancellationToken) =>
        database.ReadAsync(
            async connection =>
                await connection
                    .QueryFirstOrDefaultAsync<int?>(
                        $"SELECT 1 FROM pl_step s JOIN pl_run r ON r.run_id = s.run_id WHERE s.state = 'ready' AND {database.Dialect.In("r.spec_hash", "@Specs")} LIMIT 1",
                        new { Specs = specs.ToArray() }
                    )
                    .ConfigureAwait(false)
                    is not null,
            cancellationToken
        );

    private static long Micros(TimeSpan time) => time.Ticks / TimeSpan.TicksPerMicrosecond;
}
