namespace MlPlatform.Pipelines;

/// <summary>Starts, watches and steers runs of pipelines.</summary>
/// <remarks>
/// Runs are in the journal, not in this process: any process on the same metadata database sees them, and those that have the pipeline
/// registered work on them. Thread-safe.
/// </remarks>
public interface IPipelineRunner
{
    /// <summary>Puts a run into the journal and returns at once.</summary>
    /// <exception cref="AssetNotFoundException">The pipeline is not registered.</exception>
    /// <exception cref="PipelineDefinitionException">A registered pipeline is wrong.</exception>
    /// <exception cref="MlPlatformException">The parameters cannot be read back from JSON.</exception>
    Task<PipelineRunId> RunAsync<TPipeline, TParams>(
        TParams parameters,
        PipelineRunOptions? options = null,
        CancellationToken cancellationToken = default
    )
        where TPipeline : Pipeline<TParams>
        where TParams : notnull;

    /// <summary>Waits until a run has ended.</summary>
    /// <param name="run">The run.</param>
    /// <param name="untilWaiting">Also returns when everything that is left waits.</param>
    /// <param name="cancellationToken">Ends the wait, not the run.</param>
    /// <exception cref="AssetNotFoundException">There is no such run.</exception>
    Task<PipelineRunInfo> WaitAsync(PipelineRunId run, bool untilWaiting = false, CancellationToken cancellationToken = default);

    /// <summary>A run as it is now; null when there is none.</summary>
    Task<PipelineRunInfo?> GetRunAsync(PipelineRunId run, CancellationToken cancellationToken = default);

    /// <summary>Runs, the newest first.</summary>
    /// <param name="pipeline">Only this pipeline's; null for all.</param>
    /// <param name="limit">At most so many, 1 to 1,000.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    Task<IReadOnlyList<PipelineRunInfo>> ListRunsAsync(
        string? pipeline = null,
        int limit = 100,
        CancellationToken cancellationToken = default
    );

    /// <summary>Cancels a run: what does not run ends at once, what runs gets its token. A commit that came first stands.</summary>
    /// <returns>Whether it was still open, and nobody had cancelled it before.</returns>
    /// <exception cref="AssetNotFoundException">There is no such run.</exception>
    Task<bool> CancelAsync(PipelineRunId run, CancellationToken cancellationToken = default);

    /// <summary>A step's output.</summary>
    /// <exception cref="AssetNotFoundException">The run has no such step, or the step no output.</exception>
    Task<T> GetOutputAsync<T>(PipelineRunId run, string step, CancellationToken cancellationToken = default);

    /// <summary>Approves what a step waits for, as the present actor, who must hold the role.</summary>
    /// <exception cref="ApprovalRefusedException">The approval was not taken.</exception>
    /// <exception cref="AssetNotFoundException">There is no such run.</exception>
    Task ApproveAsync(PipelineRunId run, string step, string reason, CancellationToken cancellationToken = default);

    /// <summary>Rejects what a step waits for, as the present actor, who must hold the role. The run ends as gate failed.</summary>
    /// <exception cref="ApprovalRefusedException">The rejection was not taken.</exception>
    /// <exception cref="AssetNotFoundException">There is no such run.</exception>
    Task RejectAsync(PipelineRunId run, string step, string reason, CancellationToken cancellationToken = default);

    /// <summary>Says why a cached step hit or missed.</summary>
    /// <exception cref="AssetNotFoundException">There is no such step, or it is not cached.</exception>
    Task<CacheExplanation> ExplainAsync(PipelineRunId run, string step, CancellationToken cancellationToken = default);

    /// <summary>Wakes the waits and judges the triggers that are due by the present platform time.</summary>
    /// <returns>How many waits were woken and triggers judged.</returns>
    Task<int> RunDueAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Works until every run that this process can work on has ended or waits, with all that is due looked at. A replay calls it after each move of
    /// platform time; with <see cref="MlPlatformOptions.RunRecurringWork"/> off and one slot, what happens is the same each time.
    /// </summary>
    /// <exception cref="StorageUnavailableException">A step could not be stored; it is not lost and goes on with the next call.</exception>
    /// <exception cref="DatabaseBusyException">The same, since others write.</exception>
    Task SettleAsync(CancellationToken cancellationToken = default);
}
