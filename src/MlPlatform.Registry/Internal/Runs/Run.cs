using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

internal sealed class Run(
    RunInfo run,
    IExperimentTracker tracker,
    IArtifactTrees trees,
    IModelRegistry registry,
    MetricBuffer metrics,
    SystemMetrics? system,
    Clocks clocks
) : IRun
{
    private readonly SemaphoreSlim ending = new(1, 1);
    private volatile bool ended;

    public RunId Id { get; } = run.Id;

    public string Experiment { get; } = run.Experiment;

    public string Name { get; } = run.Name;

    public void LogMetric(string key, double value, long step = 0, DateTimeOffset? time = null)
    {
        var point = ToPoint(key, value, step, time);
        if (!metrics.TryAdd(point))
        {
            // The buffer is full, or closed by an end: the caller's thread is what holds it back. The writer runs on the pool.
            metrics.AddAsync(point, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        }
    }

    public Task LogParamAsync(string key, string value, CancellationToken cancellationToken = default) =>
        LogParamsAsync(new Dictionary<string, string>(StringComparer.Ordinal) { [key] = value }, cancellationToken);

    public Task LogParamsAsync(IReadOnlyDictionary<string, string> values, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        foreach (var (name, value) in values)
        {
            RunRules.CheckKey(name, nameof(values));
            RunRules.CheckLength(value, RunRules.ParamLength, name, nameof(values));
        }

        ThrowIfEnded();
        return tracker.LogBatchAsync(Id, new() { Params = [.. values] }, cancellationToken);
    }

    public Task SetTagAsync(string key, string value, CancellationToken cancellationToken = default)
    {
        RunRules.CheckKey(key);
        RunRules.CheckLength(value, RunRules.TagLength, key);
        ThrowIfEnded();
        return tracker.LogBatchAsync(Id, new() { Tags = [new(key, value)] }, cancellationToken);
    }

    public Task LogInputAsync(RunDataset dataset, CancellationToken cancellationToken = default)
    {
        RunRules.Check(dataset);
        ThrowIfEnded();
        return tracker.LogInputsAsync(Id, [dataset], cancellationToken: cancellationToken);
    }

    public Task<ArtifactFile> LogArtifactAsync(string path, Stream content, CancellationToken cancellationToken = default)
    {
        var target = ArtifactPath.Parse(path);
        ArgumentNullException.ThrowIfNull(content);
        ThrowIfEnded();
        return trees.PutAsync(ArtifactTreeId.OfRun(Id), target, content, cancellationToken);
    }

    public Task<ModelVersion> RegisterModelAsync(
        string name,
        ModelPackage package,
        ModelVersionOptions? options = null,
        CancellationToken cancellationToken = default
    ) => registry.RegisterVersionAsync(name, package, (options ?? new()) with { RunId = Id }, cancellationToken);

    public Task FlushAsync(CancellationToken cancellationToken = default) =>
        ended ? Task.CompletedTask : metrics.FlushAsync(cancellationToken);

    public async Task EndAsync(RunStatus status = RunStatus.Finished, CancellationToken cancellationToken = default)
    {
        if (status is RunStatus.Running or RunStatus.Scheduled)
        {
            throw new ArgumentOutOfRangeException(nameof(status), status, "A run ends as Finished, Failed or Killed.");
        }

        await ending.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (ended)
            {
                return;
            }

            if (system is not null)
            {
                await system.DisposeAsync().ConfigureAwait(false);
            }

            try
            {
                await metrics.CompleteAsync().ConfigureAwait(false);
            }
            catch (MlPlatformException)
            {
                // A run that lost points must not look finished, nor stay open for ever.
                await SetEndAsync(RunStatus.Failed, cancellationToken).ConfigureAwait(false);
                ended = true;
                throw;
            }

            await SetEndAsync(status, cancellationToken).ConfigureAwait(false);
            ended = true;
        }
        finally
        {
            ending.Release();
        }
    }

    // The semaphore needs no dispose, since its wait handle is never asked for, and a second dispose must stay harmless.
    public async ValueTask DisposeAsync() => await EndAsync().ConfigureAwait(false);

    private Task<RunInfo> SetEndAsync(RunStatus status, CancellationToken cancellationToken) =>
        tracker.UpdateRunAsync(Id, new() { Status = status, EndTime = clocks.Platform.GetUtcNow() }, cancellationToken);

    private LoggedMetric ToPoint(string key, double value, long step, DateTimeOffset? time)
    {
        RunRules.CheckKey(key);
        ThrowIfEnded();
        return new(key, value, step, time is { } t ? StoredTime.ToMicros(t) : clocks.Platform.NowMicros());
    }

    private void ThrowIfEnded()
    {
        if (ended)
        {
            throw new InvalidOperationException($"Run {Id} has ended; start it again with its id to write more.");
        }
    }
}
