using Dapper;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>Sums over all processes what a rollout's versions did.</summary>
/// <remarks>A process rewrites its own rows with its totals, so writing twice counts once; totals read earlier but written later change nothing.</remarks>
internal sealed class StepCountStore(IMetadataDatabase database, ILeases leases)
{
    public Task WriteAsync(StepCounters counters, CancellationToken cancellationToken)
    {
        const string Upsert = """
            INSERT INTO srv_rollout_count (rollout_id, step, is_candidate, node, requests, errors, latency)
            VALUES (@Rollout, @Step, @IsCandidate, @Node, @Requests, @Errors, @Latency)
            ON CONFLICT (rollout_id, step, is_candidate, node)
            DO UPDATE SET requests = excluded.requests, errors = excluded.errors, latency = excluded.latency
            WHERE excluded.requests >= srv_rollout_count.requests
            """;
        var rows = new[] { Row(counters.Baseline, 0), Row(counters.Candidate, 1) };
        return database.WriteAsync(
            Durability.Process,
            work => work.Connection.ExecuteAsync(Upsert, rows, work.Transaction),
            cancellationToken
        );

        object Row(TrafficCounter counter, int isCandidate) =>
            new
            {
                Rollout = counters.Rollout.ToString(),
                counters.Step,
                IsCandidate = isCandidate,
                Node = leases.Owner,
                counter.Requests,
                counter.Errors,
                Latency = counter.LatencyBytes(),
            };
    }

    /// <summary>The sums of all processes: over the whole rollout, and of the present step.</summary>
    public Task<(StepCounters All, StepCounters Step)> ReadAsync(Rollout rollout, CancellationToken cancellationToken) =>
        database.ReadAsync(
            async connection =>
            {
                var rows = await connection
                    .QueryAsync<(long Step, long IsCandidate, long Requests, long Errors, byte[] Latency)>(
                        "SELECT step, is_candidate, requests, errors, latency FROM srv_rollout_count WHERE rollout_id = @id",
                        new { id = rollout.Id.ToString() }
                    )
                    .ConfigureAwait(false);
                var all = new StepCounters(rollout.Id, rollout.Step);
                var step = new StepCounters(rollout.Id, rollout.Step);
                foreach (var row in rows)
                {
                    Add(all, row);
                    if (row.Step == rollout.Step)
                    {
                        Add(step, row);
                    }
                }

                return (all, step);
            },
            cancellationToken
        );

    private static void Add(StepCounters counters, (long Step, long IsCandidate, long Requests, long Errors, byte[] Latency) row) =>
        (row.IsCandidate == 0 ? counters.Baseline : counters.Candidate).Add(row.Requests, row.Errors, row.Latency);
}
