using Microsoft.Extensions.Options;

namespace MlPlatform.Pipelines.Internal;

/// <summary>Runs as people see them: a run counts as running only while somebody could be running it.</summary>
internal sealed class RunViews(
    PipelineJournal journal,
    PipelineCatalog catalog,
    StepRunner runner,
    Clocks clocks,
    IOptions<PipelinesOptions> options
)
{
    public async Task<PipelineRunInfo?> FindAsync(PipelineRunId id, CancellationToken cancellationToken)
    {
        var row = await journal.FindRunAsync(id.ToString(), cancellationToken).ConfigureAwait(false);
        return row is null ? null : (await ViewAsync([row], cancellationToken).ConfigureAwait(false))[0];
    }

    public async Task<IReadOnlyList<PipelineRunInfo>> ListAsync(string? pipeline, int limit, CancellationToken cancellationToken) =>
        await ViewAsync(await journal.ListRunsAsync(pipeline, limit, cancellationToken).ConfigureAwait(false), cancellationToken)
            .ConfigureAwait(false);

    private async Task<List<PipelineRunInfo>> ViewAsync(List<RunRow> rows, CancellationToken cancellationToken)
    {
        var infos = new List<PipelineRunInfo>(rows.Count);
        var steps = await journal.GetStepsAsync([.. rows.Select(r => r.RunId)], cancellationToken).ConfigureAwait(false);
        var byRun = steps.ToLookup(s => s.RunId, StringComparer.Ordinal);
        var now = clocks.Work.NowMicros();
        foreach (var row in rows)
        {
            var (state, reason) = await StateOfAsync(row, [.. byRun[row.RunId]], now, cancellationToken).ConfigureAwait(false);
            infos.Add(
                new(PipelineRunId.Parse(row.RunId), row.Pipeline, state)
                {
                    Reason = reason,
                    SpecHash = row.SpecHash,
                    Parameters = row.ParamsJson,
                    Seed = row.Seed,
                    AsOf = StoredTime.FromMicros(row.AsOf),
                    CauseId = row.CauseText is null ? null : EventId.Parse(row.CauseText),
                    Trigger = row.TriggerId,
                    Actor = row.Actor,
                    CreatedAt = StoredTime.FromMicros(row.CreatedAt),
                    EndedAt = StoredTime.FromMicros(row.EndedAt),
                    Duration = TimeSpan.FromMicroseconds((row.EndedWork ?? now) - row.CreatedWork),
                    Steps = [.. byRun[row.RunId].Select(s => View(s, now))],
                }
            );
        }

        return infos;
    }

    private async Task<(PipelineRunState State, string? Reason)> StateOfAsync(
        RunRow run,
        List<StepRow> steps,
        long now,
        CancellationToken cancellationToken
    )
    {
        if (run.EndedAt is not null)
        {
            return (Enum.Parse<PipelineRunState>(run.State, ignoreCase: true), null);
        }

        if (steps.Exists(s => string.Equals(s.State, StepStates.Leased, StringComparison.Ordinal) && s.LeaseUntil > now))
        {
            return (PipelineRunState.Running, null);
        }

        var isReady = steps.Exists(s => s.State is StepStates.Ready or StepStates.Leased);
        if (!isReady)
        {
            return (PipelineRunState.Waiting, null);
        }

        var since = now - options.Value.Lease.Ticks / TimeSpan.TicksPerMicrosecond;
        return
            catalog.FindSpec(run.SpecHash) is not null
            || await journal.HasWorkerAsync(run.SpecHash, since, cancellationToken).ConfigureAwait(false)
            ? (PipelineRunState.Running, null)
            : (PipelineRunState.Stalled, $"No worker has this version of '{run.Pipeline}' ({run.SpecHash}).");
    }

    private PipelineStepInfo View(StepRow row, long now)
    {
        var live = runner
            .Held.Values.FirstOrDefault(e =>
                e.Step.StepNo == row.StepNo && string.Equals(e.Step.RunId, row.RunId, StringComparison.Ordinal)
            )
            ?.Progress;
        return new(row.Name, StateOf(row.State))
        {
            MapIndex = row.MapIndex,
            Attempt = row.Attempt,
            Losses = row.LostCount,
            Worker = row.Worker,
            CacheReason = row.CacheReason,
            ErrorType = row.ErrorType,
            Error = row.Error,
            Output = row.Digest is null ? null : ArtifactDigest.Parse(row.Digest),
            Duration = row.StartedWork is { } start ? TimeSpan.FromMicroseconds(Math.Max(0, (row.EndedWork ?? now) - start)) : null,
            Progress = live?.Fraction ?? row.Progress,
            ProgressText = live?.Text ?? row.ProgressText,
        };
    }

    private static PipelineStepState StateOf(string state) =>
        state is StepStates.Leased or StepStates.Expanded
            ? PipelineStepState.Running
            : Enum.Parse<PipelineStepState>(state, ignoreCase: true);
}
