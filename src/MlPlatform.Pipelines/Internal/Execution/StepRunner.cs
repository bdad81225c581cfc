using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MlPlatform.Pipelines.Internal;

/// <summary>Runs one claimed step: inputs, conditions, cache, body, commit.</summary>
internal sealed class StepRunner(
    PipelineJournal journal,
    PipelineCatalog catalog,
    StepCache cache,
    IArtifactStore artifacts,
    IEventLog events,
    IServiceScopeFactory scopes,
    IFaultPoints faults,
    Clocks clocks,
    IOptions<PipelinesOptions> options,
    ILogger<StepRunner> logger
)
{
    private const int KnownRuns = 1000;
    private static readonly TimeSpan SameKeyDelay = TimeSpan.FromMilliseconds(100);
    private readonly ConcurrentDictionary<string, (RunHeader Header, Lazy<object> Parameters)> runs = new(StringComparer.Ordinal);
    private Exception? unavailable;

    /// <summary>What this process runs now.</summary>
    public ConcurrentDictionary<StepLease, StepExecution> Held { get; } = new();

    /// <summary>What kept a step from being stored since the last call; null when nothing did.</summary>
    public Exception? TakeUnavailable() => Interlocked.Exchange(ref unavailable, null);

    /// <summary>Runs a step to its commit. Never throws: what cannot be committed is taken back when its lease runs out.</summary>
    public async Task RunAsync(StepLease step, CancellationToken stopping)
    {
        using var activity = PipelinesDiagnostics.Source.StartActivity("pipelines.step");
        activity?.SetTag("mlplatform.pipeline.step", step.Key);
        try
        {
            var (header, parameters) = await GetRunAsync(step.RunId).ConfigureAwait(false);
            var graph = catalog.FindSpec(header.SpecHash)!;
            await using var scope = scopes.CreateAsyncScope();
            using var execution = new StepExecution(graph, graph.Nodes[step.ParentNo ?? step.StepNo], header, step)
            {
                Services = scope.ServiceProvider,
                Artifacts = artifacts,
            };
            Held[step] = execution;
            using var logScope = logger.BeginScope(
                "Pipeline {Pipeline}, run {Run}, step {Step}, attempt {Attempt}",
                header.Pipeline,
                step.RunId,
                step.Name,
                step.Attempt
            );
            await RunAsync(execution, parameters, stopping).ConfigureAwait(false);
        }
        catch (StaleFenceException e)
        {
            Log.StepLost(logger, step.Key, step.Fence, e);
        }
        catch (Exception e)
        {
            Log.StepNotCommitted(logger, step.Key, step.Fence, e);
        }
        finally
        {
            Held.TryRemove(step, out _);
        }
    }

    private async Task RunAsync(StepExecution execution, Lazy<object> parameters, CancellationToken stopping)
    {
        var start = clocks.Work.GetTimestamp();
        try
        {
            var context = execution.Graph.Parameters.CreateContext(execution, parameters.Value);
            await AdvanceAsync(execution, context, stopping).ConfigureAwait(false);
        }
        catch (StaleFenceException)
        {
            throw;
        }
        catch (OperationCanceledException) when (execution.IsLeaseLost)
        {
            throw new StaleFenceException(execution.Step.Key, execution.Step.Fence, execution.Step.Fence + 1);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested && !execution.Lost.IsCancellationRequested)
        {
            await journal.PostponeAsync(execution, TimeSpan.Zero).ConfigureAwait(false); // This process stops; another goes on.
        }
        catch (Exception e) when (e is DatabaseBusyException or StorageUnavailableException)
        {
            // Not the step's fault. If not even this can be written, the lease decides.
            Interlocked.Exchange(ref unavailable, e);
            Log.StepPostponed(logger, execution.Step.Key, e);
            await journal.PostponeAsync(execution, options.Value.Poll * 5).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Log.StepFailed(logger, execution.Step.Key, execution.Step.Attempt, e);
            await journal.FailAsync(execution, e, cancelled: execution.Lost.IsCancellationRequested).ConfigureAwait(false);
        }

        PipelinesDiagnostics.StepTime.Record(clocks.Work.GetElapsedTime(start).TotalSeconds);
    }

    private async Task AdvanceAsync(StepExecution execution, StepContext context, CancellationToken stopping)
    {
        var (step, node) = (execution.Step, execution.Node);
        if (node.Edges.Count > 0)
        {
            execution.Inputs = await LoadInputsAsync(step.RunId, step.ParentNo ?? step.StepNo).ConfigureAwait(false);
        }

        if (string.Equals(step.Kind, StepKinds.Gather, StringComparison.Ordinal))
        {
            await CommitAsync(execution, await GatherAsync(step).ConfigureAwait(false), null).ConfigureAwait(false);
            return;
        }

        if (step.ParentNo is null && node.Conditions.Exists(c => !c(context)))
        {
            await journal.CommitAsync(execution, null, StepStates.Skipped, null).ConfigureAwait(false);
            return;
        }

        if (string.Equals(step.Kind, StepKinds.Map, StringComparison.Ordinal))
        {
            await journal.ExpandAsync(execution, node.Items!(context), node.Parallelism ?? int.MaxValue).ConfigureAwait(false);
            return;
        }

        if (node.Cache == CachePolicy.Never)
        {
            await FinishAsync(execution, context, null, stopping).ConfigureAwait(false);
            return;
        }

        var found = await cache.LookUpAsync(execution).ConfigureAwait(false);
        if (found.IsBusy)
        {
            await journal.PostponeAsync(execution, SameKeyDelay).ConfigureAwait(false);
        }
        else if (found.Output is { } output)
        {
            PipelinesDiagnostics.CacheHits.Add(1);
            await journal.CommitAsync(execution, output, StepStates.Cached, found.Note).ConfigureAwait(false);
        }
        else
        {
            await FinishAsync(execution, context, found.Note, stopping).ConfigureAwait(false);
        }
    }

    private async Task FinishAsync(StepExecution execution, StepContext context, StepCacheNote? note, CancellationToken stopping)
    {
        // Taken before the check, so that no event can fall between the check and the sleep.
        var since = execution.Node.Kind == StepKind.Wait ? await events.GetLastPositionAsync(stopping).ConfigureAwait(false) : default;
        var outcome = await RunBodyAsync(execution, context, stopping).ConfigureAwait(false);
        faults.Hit("pipelines.ran");
        if (outcome.IsQuestion)
        {
            await journal
                .AskAsync(execution, execution.Inputs[execution.Graph.NumberOf(execution.Node.Edges[0].From)].Digest)
                .ConfigureAwait(false);
        }
        else if (outcome.Wake is { } wake)
        {
            await journal.SuspendAsync(execution, wake, since).ConfigureAwait(false);
        }
        else
        {
            await CommitAsync(execution, outcome.Output!, note, outcome.Verdict).ConfigureAwait(false);
        }
    }

    private async Task CommitAsync(StepExecution execution, byte[] bytes, StepCacheNote? note, GateResult? verdict = null)
    {
        var isSmall = verdict is null && bytes.Length <= StepOutput.InlineLimit;
        var output = isSmall
            ? new StepOutput(ArtifactDigest.Of(bytes).ToString(), Encoding.UTF8.GetString(bytes))
            : new StepOutput((await artifacts.PutBytesAsync(bytes, CancellationToken.None).ConfigureAwait(false)).Digest.ToString(), null);
        var state = verdict is null or { Verdict: GateVerdict.Pass } ? StepStates.Succeeded : StepStates.GateFailed;
        await journal.CommitAsync(execution, output, state, note, verdict).ConfigureAwait(false);
    }

    private async Task<StepOutcome> RunBodyAsync(StepExecution execution, StepContext context, CancellationToken stopping)
    {
        using var limit = execution.Node.Timeout is { } time ? new CancellationTokenSource(time, clocks.Work) : null;
        using var token = CancellationTokenSource.CreateLinkedTokenSource(execution.Lost, stopping, limit?.Token ?? CancellationToken.None);
        try
        {
            // A body that does not listen is left behind: its result is not waited for and cannot be committed.
            return await Task.Run(() => execution.Node.Run(context, token.Token), token.Token).WaitAsync(token.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (limit is { IsCancellationRequested: true } && !stopping.IsCancellationRequested)
        {
            throw new StepTimeoutException(execution.Step.Key, execution.Node.Timeout!.Value);
        }
    }

    private async Task<Dictionary<int, StepInput>> LoadInputsAsync(string runId, int step)
    {
        var inputs = new Dictionary<int, StepInput>();
        foreach (var stored in await journal.GetInputsAsync(runId, step, CancellationToken.None).ConfigureAwait(false))
        {
            inputs.Add(stored.StepNo, new(stored.Digest, await cache.ReadAsync(stored.Digest, stored.Inline).ConfigureAwait(false)));
        }

        return inputs;
    }

    private async Task<byte[]> GatherAsync(StepLease step)
    {
        using var buffer = new MemoryStream();
        buffer.WriteByte((byte)'[');
        foreach (var stored in await journal.GetItemOutputsAsync(step.RunId, step.StepNo, CancellationToken.None).ConfigureAwait(false))
        {
            if (buffer.Length > 1)
            {
                buffer.WriteByte((byte)',');
            }

            buffer.Write(await cache.ReadAsync(stored.Digest, stored.Inline).ConfigureAwait(false));
        }

        buffer.WriteByte((byte)']');
        return buffer.ToArray();
    }

    /// <summary>A run and its parameters, which are read inside an attempt: what can no longer be read fails the step and says why.</summary>
    private async Task<(RunHeader Header, Lazy<object> Parameters)> GetRunAsync(string runId)
    {
        if (runs.TryGetValue(runId, out var known))
        {
            return known;
        }

        var header = await journal.GetHeaderAsync(runId, CancellationToken.None).ConfigureAwait(false);
        var run = (header, new Lazy<object>(() => catalog.FindSpec(header.SpecHash)!.Parameters.Read(header.ParamsJson)));
        if (runs.Count >= KnownRuns)
        {
            runs.Clear(); // Rows never change: forgetting costs one read each.
        }

        runs[runId] = run;
        return run;
    }
}
