using System.Runtime.ExceptionServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;

namespace MlPlatform.Pipelines.Internal;

internal sealed class PipelineRunner(
    PipelineJournal journal,
    PipelineCatalog catalog,
    PipelineWorker worker,
    RunViews views,
    DueWork due,
    StepCache cache,
    IChangeFeed changes,
    IActorAccessor actors,
    Clocks clocks,
    IOptions<PipelinesOptions> options
) : IPipelineRunner, IPipelineLauncher
{
    public Task<PipelineRunId> RunAsync<TPipeline, TParams>(
        TParams parameters,
        PipelineRunOptions? options = null,
        CancellationToken cancellationToken = default
    )
        where TPipeline : Pipeline<TParams>
        where TParams : notnull
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return StartAsync(catalog.Get(typeof(TPipeline)), parameters, options ?? new(), cancellationToken);
    }

    public Task<PipelineRunId> LaunchAsync(
        string pipeline,
        JsonObject? parameters = null,
        EventId? causeId = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(pipeline);
        return StartAsync(catalog.Get(pipeline), parameters, new() { CauseId = causeId }, cancellationToken);
    }

    public async Task<PipelineRunInfo> WaitAsync(
        PipelineRunId run,
        bool untilWaiting = false,
        CancellationToken cancellationToken = default
    )
    {
        while (true)
        {
            var mark = changes.Mark(ChangeTopics.Steps);
            if (await journal.IsAtRestAsync(run.ToString(), untilWaiting, cancellationToken).ConfigureAwait(false))
            {
                return await views.FindAsync(run, cancellationToken).ConfigureAwait(false)
                    ?? throw new AssetNotFoundException(new(AssetKind.PipelineRun, run.ToString()));
            }

            await changes.WaitAsync(ChangeTopics.Steps, mark, cancellationToken).ConfigureAwait(false);
        }
    }

    public Task<PipelineRunInfo?> GetRunAsync(PipelineRunId run, CancellationToken cancellationToken = default) =>
        views.FindAsync(run, cancellationToken);

    public Task<IReadOnlyList<PipelineRunInfo>> ListRunsAsync(
        string? pipeline = null,
        int limit = 100,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, 1000);
        return views.ListAsync(pipeline, limit, cancellationToken);
    }

    public Task<bool> CancelAsync(PipelineRunId run, CancellationToken cancellationToken = default) =>
        journal.CancelAsync(run.ToString(), cancellationToken);

    public async Task<T> GetOutputAsync<T>(PipelineRunId run, string step, CancellationToken cancellationToken = default)
    {
        var row = await FindStepAsync(run, step, cancellationToken).ConfigureAwait(false);
        if (row.Digest is null)
        {
            throw new AssetNotFoundException(new(AssetKind.Step, $"{run}/{step}"), $"It has no output: it is {row.State}.");
        }

        return StepJson.Read<T>(await cache.ReadAsync(row.Digest, row.Inline).ConfigureAwait(false), options.Value.Json);
    }

    public Task ApproveAsync(PipelineRunId run, string step, string reason, CancellationToken cancellationToken = default) =>
        DecideAsync(run, step, approved: true, reason, cancellationToken);

    public Task RejectAsync(PipelineRunId run, string step, string reason, CancellationToken cancellationToken = default) =>
        DecideAsync(run, step, approved: false, reason, cancellationToken);

    public async Task<CacheExplanation> ExplainAsync(PipelineRunId run, string step, CancellationToken cancellationToken = default)
    {
        var row = await FindStepAsync(run, step, cancellationToken).ConfigureAwait(false);
        if (row is not { CacheDocument: { } document, CacheReason: { } reason })
        {
            throw new AssetNotFoundException(
                new(AssetKind.Step, $"{run}/{step}"),
                "It has no cache key: it is not cached, or has not ended."
            );
        }

        var header = await journal.GetHeaderAsync(row.RunId, cancellationToken).ConfigureAwait(false);
        var nearest = await cache.FindNearestAsync(header.Pipeline, step, row.MapIndex, row.RunId).ConfigureAwait(false);
        var difference = nearest is null ? null : CacheKey.FirstDifference(JsonNode.Parse(nearest.Document), JsonNode.Parse(document));
        return new(reason, document)
        {
            ComparedWith = nearest is null ? null : PipelineRunId.Parse(nearest.RunId),
            Field = difference?.Field,
            Before = difference?.Before,
            Now = difference?.Now,
        };
    }

    public Task<int> RunDueAsync(CancellationToken cancellationToken = default) => due.RunDueAsync(cancellationToken);

    public async Task SettleAsync(CancellationToken cancellationToken = default)
    {
        worker.TakeUnavailable(); // Trouble of background work before this call.
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (worker.TakeUnavailable() is { } trouble)
            {
                ExceptionDispatchInfo.Throw(trouble);
            }

            var mark = changes.Mark(ChangeTopics.Steps);
            await worker.SweepAsync(cancellationToken).ConfigureAwait(false);
            var claimed = await worker.ClaimOnceAsync(cancellationToken).ConfigureAwait(false);
            var active =
                claimed || worker.Running > 0 || await journal.CountActiveAsync(catalog.Specs, cancellationToken).ConfigureAwait(false) > 0;
            if (active)
            {
                await changes.WaitAsync(ChangeTopics.Steps, mark, cancellationToken).ConfigureAwait(false);
            }
            else if (await due.RunDueAsync(cancellationToken).ConfigureAwait(false) == 0)
            {
                return;
            }
        }
    }

    private async Task<PipelineRunId> StartAsync(
        PipelineGraph graph,
        object? parameters,
        PipelineRunOptions start,
        CancellationToken cancellationToken
    )
    {
        var id = PipelineRunId.New(clocks.Platform);
        var run = new RunHeader
        {
            RunId = id.ToString(),
            Pipeline = graph.Name,
            SpecHash = graph.SpecHash,
            ParamsJson = graph.Parameters.Write(parameters, graph.Name),
            Seed = start.Seed,
            AsOfMicros = StoredTime.ToMicros(start.AsOf ?? clocks.Platform.GetUtcNow()),
            CauseText = start.CauseId?.ToString(),
            Actor = actors.Current,
        };
        await journal.CreateAsync(graph, run, cancellationToken).ConfigureAwait(false);
        return id;
    }

    private Task DecideAsync(PipelineRunId run, string step, bool approved, string reason, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(step);
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        return journal.DecideAsync(
            run.ToString(),
            step,
            approved,
            reason,
            actors.Current,
            approval => JsonSerializer.SerializeToUtf8Bytes(approval, options.Value.Json),
            cancellationToken
        );
    }

    private async Task<StepRow> FindStepAsync(PipelineRunId run, string step, CancellationToken cancellationToken) =>
        await journal.FindStepAsync(run.ToString(), step, item: null, cancellationToken).ConfigureAwait(false)
        ?? throw new AssetNotFoundException(new(AssetKind.Step, $"{run}/{step}"));
}
