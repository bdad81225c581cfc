using Dapper;

namespace MlPlatform.Pipelines.Internal;

internal sealed partial class PipelineJournal
{
    /// <summary>Every waiting step, in order.</summary>
    public Task<List<WaitingStep>> FindWaitingAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(
            async connection =>
                (
                    await connection
                        .QueryAsync<WaitingStep>(
                            """
                            SELECT run_id AS RunId, step_no AS StepNo, name AS Name, kind AS Kind, fence AS Fence, wake_at AS WakeAt, wake_types AS Types,
                                wake_subject AS Subject, wake_position AS Position
                            FROM pl_step WHERE state = 'waiting' ORDER BY run_id, step_no
                            """
                        )
                        .ConfigureAwait(false)
                ).AsList(),
            cancellationToken
        );

    /// <summary>Lets the check of a waiting step run again; an approval that was not given in time ends as gate failed.</summary>
    public Task<bool> WakeAsync(WaitingStep step, CancellationToken cancellationToken) =>
        database.WriteAsync(
            step.IsApproval ? Durability.Power : Durability.Process,
            async work =>
            {
                var run = await GetHeaderAsync(work, step.RunId).ConfigureAwait(false);
                var change = await JournalChange.OpenAsync(work, run, clocks).ConfigureAwait(false);
                const string Ready = """
                    UPDATE pl_step SET state = 'ready', ready_at = @Now WHERE run_id = @RunId AND step_no = @StepNo AND fence = @Fence AND state = 'waiting'
                    """;
                if (step.IsApproval)
                {
                    await DecideAsync(change, step.RunId, step.StepNo, "expired", actor: null, "Nobody decided in time.", output: null)
                        .ConfigureAwait(false);
                }
                else if (
                    await work
                        .Connection.ExecuteAsync(
                            Ready,
                            new
                            {
                                change.Now,
                                step.RunId,
                                step.StepNo,
                                step.Fence,
                            },
                            work.Transaction
                        )
                        .ConfigureAwait(false) == 0
                )
                {
                    return false;
                }

                await change.CloseAsync().ConfigureAwait(false);
                return true;
            },
            cancellationToken
        );

    /// <summary>Takes a person's verdict: it must come in time, from the role, on what was asked for.</summary>
    /// <remarks>The actor is asked in the caller's own context: the body below runs in the writer's.</remarks>
    public Task DecideAsync(
        string runId,
        string step,
        bool approved,
        string reason,
        Actor actor,
        Func<Approval, byte[]> write,
        CancellationToken cancellationToken
    ) =>
        database.WriteAsync(
            Durability.Power,
            async work =>
            {
                var run = await GetHeaderAsync(work, runId).ConfigureAwait(false);
                var change = await JournalChange.OpenAsync(work, run, clocks).ConfigureAwait(false);
                var key = StepLease.KeyOf(runId, step, item: null);
                var asked = await FindQuestionAsync(work, runId, step).ConfigureAwait(false);
                var now = clocks.Platform.NowMicros();
                if (asked is not { Verdict: null, State: StepStates.Waiting })
                {
                    throw new ApprovalRefusedException(
                        key,
                        asked?.Verdict is { } v ? $"it was decided before: {v}." : "it does not ask for an approval now."
                    );
                }

                if (asked.ExpiresAt <= now)
                {
                    throw new ApprovalRefusedException(key, $"it expired at {StoredTime.FromMicros(asked.ExpiresAt):O}.");
                }

                if (!actor.Roles.Contains(asked.Role, StringComparer.Ordinal))
                {
                    throw new ApprovalRefusedException(key, $"{actor} does not hold the role '{asked.Role}'.");
                }

                if (!string.Equals(asked.CurrentDigest, asked.SubjectDigest, StringComparison.Ordinal))
                {
                    throw new ApprovalRefusedException(
                        key,
                        $"what is to be approved changed from {asked.SubjectDigest} to {asked.CurrentDigest}."
                    );
                }

                var approval = new Approval(
                    actor.ToString(),
                    reason,
                    ArtifactDigest.Parse(asked.SubjectDigest),
                    StoredTime.FromMicros(now)
                );
                var output = approved ? write(approval) : null;
                await DecideAsync(change, runId, asked.StepNo, approved ? "approved" : "rejected", actor.ToString(), reason, output)
                    .ConfigureAwait(false);
                await change.CloseAsync().ConfigureAwait(false);
            },
            cancellationToken
        );

    private async Task DecideAsync(
        JournalChange change,
        string runId,
        int stepNo,
        string verdict,
        string? actor,
        string reason,
        byte[]? output
    )
    {
        const string Approval = """
            UPDATE pl_approval SET verdict = @verdict, actor = @actor, reason = @reason, decided_at = @At WHERE run_id = @runId AND step_no = @stepNo
            """;
        const string Step = $"""
            UPDATE pl_step SET state = @State, ended_work = @Now, output_digest = @Digest, output_inline = @Inline, error_type = @Type, error = @Error
            WHERE run_id = @runId AND step_no = @stepNo AND state = 'waiting'
            RETURNING {EndedStep.Columns}
            """;
        var row = new
        {
            verdict,
            actor,
            reason,
            At = clocks.Platform.NowMicros(),
            runId,
            stepNo,
            State = output is null ? StepStates.GateFailed : StepStates.Succeeded,
            change.Now,
            Digest = output is null ? null : ArtifactDigest.Of(output).ToString(),
            Inline = output is null ? null : System.Text.Encoding.UTF8.GetString(output),
            Type = output is null ? verdict : null,
            Error = output is null ? $"{verdict} by {actor ?? "nobody"}: {reason}" : null,
        };
        if (
            await change.Work.Connection.QuerySingleOrDefaultAsync<EndedStep>(Step, row, change.Work.Transaction).ConfigureAwait(false) is
            { } ended
        )
        {
            await change.Work.Connection.ExecuteAsync(Approval, row, change.Work.Transaction).ConfigureAwait(false);
            await change.EndedAsync(ended).ConfigureAwait(false);
        }
    }

    private static Task<ApprovalQuestion?> FindQuestionAsync(IUnitOfWork work, string runId, string step) =>
        work.Connection.QuerySingleOrDefaultAsync<ApprovalQuestion?>(
            """
            SELECT s.step_no AS StepNo, s.state AS State, a.role AS Role, a.expires_at AS ExpiresAt, a.subject_digest AS SubjectDigest, a.verdict AS Verdict,
                (SELECT i.output_digest FROM pl_edge e JOIN pl_step i ON i.run_id = e.run_id AND i.step_no = e.from_step
                 WHERE e.run_id = s.run_id AND e.to_step = s.step_no AND i.output_digest = a.subject_digest LIMIT 1) AS CurrentDigest
            FROM pl_step s JOIN pl_approval a ON a.run_id = s.run_id AND a.step_no = s.step_no
            WHERE s.run_id = @runId AND s.name = @step
            """,
            new { runId, step },
            work.Transaction
        );
}
