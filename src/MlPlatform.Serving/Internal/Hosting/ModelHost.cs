using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>One model of this process: which versions are in memory, and which of them answer. See readme.md in this folder.</summary>
/// <remarks>Thread-safe. All changes happen under one gate; requests never take it.</remarks>
internal sealed partial class ModelHost(
    string name,
    IModelSource source,
    VersionLoader loader,
    RolloutStore rollouts,
    ProcessCounts counts,
    IMetadataDatabase database,
    Clocks clocks,
    IOptions<ServingOptions> options,
    ILogger<ModelHost> logger
) : IDisposable
{
    private readonly SemaphoreSlim gate = new(1, 1); // Without a wait handle it holds nothing to dispose.
    private readonly Lock loadingGate = new();
    private readonly TaskCompletionSource closing = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile PredictorBase[] predictors = [];
    private readonly CancellationTokenSource ends = new(); // Without a timer or a wait handle it holds nothing to dispose.
    private readonly List<LoadedVersion> resident = []; // The one used last comes last.
    private readonly LoadJournal journal = new(name, database, logger);
    private Task? loading;
    private long bytes;
    private bool closed;

    private int followed;

    public string Name { get; } = name;

    public IReadOnlyList<PredictorBase> Predictors => predictors;

    /// <summary>True the first time: one follows for all references to the model.</summary>
    public bool BeginFollow() => Interlocked.Exchange(ref followed, 1) == 0;

    /// <summary>Completes when nobody is to follow this model any more.</summary>
    public Task Closed => closing.Task;

    /// <summary>The open rollout that the routes were last made from, as id and tag.</summary>
    public (RolloutId, ETag)? Applied { get; private set; }

    /// <summary>Null where the candidate of the open rollout could be loaded, or there is none.</summary>
    public CandidateFailure? CandidateFailure { get; private set; }

    /// <summary>A change was seen that the routes do not follow yet, since they could not be made anew.</summary>
    public bool IsStale { get; set; }

    /// <summary>The sizes of the versions in memory, those included that are kept for a way back.</summary>
    public long Bytes => Volatile.Read(ref bytes);

    /// <summary>Called when the routes were made anew.</summary>
    public Func<Task>? Refreshed { get; init; }

    public bool HasFailure => Array.Exists(predictors, p => p.Failure is not null);

    /// <summary>A predictor of the application uses it: it stays, whatever the protocols open and let go of.</summary>
    public bool IsKept { get; private set; }

    /// <summary>Adds a predictor of the application. Called while the server is made, before anything runs.</summary>
    public void Keep(PredictorBase predictor)
    {
        IsKept = true;
        Add(predictor);
    }

    /// <summary>Adds a predictor that answers from then on; one that could not be loaded is not added.</summary>
    /// <exception cref="AssetNotFoundException">The source does not have what it refers to.</exception>
    /// <exception cref="ModelUnavailableException">It cannot be loaded.</exception>
    public Task OpenAsync(PredictorBase predictor, CancellationToken cancellationToken) =>
        WhileOpenAsync(token => LoadForAsync(predictor, token), cancellationToken);

    /// <summary>Removes a predictor; who is using it finishes.</summary>
    public async Task RemoveAsync(PredictorBase predictor)
    {
        await gate.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            predictors = [.. predictors.Where(p => p != predictor)];
            predictor.Close();
            if (!closed)
            {
                RetireUnused();
            }
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Loads once for all callers that wait for it, and not again too soon. Failures are in <see cref="PredictorBase.Failure"/>.</summary>
    public Task EnsureLoadedAsync(PredictorBase caller, CancellationToken cancellationToken)
    {
        if (caller.FailedAt is { } failed && clocks.Work.GetElapsedTime(failed) < options.Value.RetryInterval)
        {
            return Task.CompletedTask; // Each request would read and warm up a broken model anew.
        }

        lock (loadingGate)
        {
            if (loading is null or { IsCompleted: true })
            {
                loading = LoadAsync();
            }

            return loading.WaitAsync(cancellationToken);
        }

        async Task LoadAsync()
        {
            await Task.Yield(); // Not under the lock.
            try
            {
                await RefreshAsync(CancellationToken.None).ConfigureAwait(false);
            }
            catch (ModelUnavailableException)
            {
                // The predictor knows.
            }
        }
    }

    /// <summary>Makes the routes what the source and the open rollout say now.</summary>
    /// <exception cref="ModelUnavailableException">Something could not be loaded; what it was to replace goes on.</exception>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        await WhileOpenAsync(
                async token =>
                {
                    if (await ApplyAllAsync(token).ConfigureAwait(false) is { } failure)
                    {
                        throw failure;
                    }
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        if (Refreshed is { } refreshed)
        {
            await refreshed().ConfigureAwait(false);
        }
    }

    /// <summary>Loads a version, and binds it to the predictors of an alias, before it gets traffic.</summary>
    /// <exception cref="MlPlatformException">It cannot be loaded, or does not fit.</exception>
    public Task ProbeAsync(ModelVersionId id, string alias, CancellationToken cancellationToken) =>
        WhileOpenAsync(
            async token =>
            {
                var users = predictors.ToList().FindAll(p => string.Equals(p.Reference.Alias, alias, StringComparison.Ordinal));
                try
                {
                    await GetAsync(ModelReference.ByVersion(id.Name, id.Version), users, token).ConfigureAwait(false);
                }
                catch (Exception e) when (e is not DatabaseBusyException && !token.IsCancellationRequested)
                {
                    await journal.FailedAsync(id.ToString(), e, token).ConfigureAwait(false);
                    throw;
                }
            },
            cancellationToken
        );

    /// <summary>Stops answering, once. What is in use is disposed by its last user.</summary>
    /// <returns>The versions that were in memory.</returns>
    public IReadOnlyList<LoadedVersion> Close()
    {
        ends.Cancel();
        gate.Wait(CancellationToken.None); // A load that is under way is given up on, and must not leave a version behind.
        try
        {
            if (closed)
            {
                return [];
            }

            closed = true;
            closing.SetResult();
            Array.ForEach(predictors, p => p.Close());
            resident.ForEach(v => v.Retire());
            return [.. resident];
        }
        finally
        {
            gate.Release();
        }
    }

    public void Dispose() => Close();

    /// <summary>Does something under the gate, which is given up on when the host is closed.</summary>
    private async Task WhileOpenAsync(Func<CancellationToken, Task> change, CancellationToken cancellationToken)
    {
        using var whileOpen = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, ends.Token);
        try
        {
            await gate.WaitAsync(whileOpen.Token).ConfigureAwait(false);
            try
            {
                ObjectDisposedException.ThrowIf(closed, this);
                await change(whileOpen.Token).ConfigureAwait(false);
            }
            finally
            {
                gate.Release();
            }
        }
        catch (OperationCanceledException) when (ends.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ObjectDisposedException(Name);
        }
    }

    private async Task LoadForAsync(PredictorBase predictor, CancellationToken cancellationToken)
    {
        Add(predictor);
        try
        {
            await ApplyAllAsync(cancellationToken).ConfigureAwait(false); // Failures of others are theirs.
        }
        finally
        {
            if (predictor.Primary is null)
            {
                predictors = [.. predictors.Where(p => p != predictor)];
                predictor.Close();
            }
        }

        if (predictor.Primary is null)
        {
            if (predictor.Failure?.InnerException is AssetNotFoundException unknown)
            {
                ExceptionDispatchInfo.Throw(unknown);
            }

            throw predictor.Failure as ModelUnavailableException
                ?? new ModelUnavailableException(predictor.Reference.ToString(), predictor.Failure ?? new ObjectDisposedException(Name));
        }
    }

    private void Add(PredictorBase predictor) => predictors = [.. predictors, predictor];
}
