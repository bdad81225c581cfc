using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>One model of this process: which versions are in memory, and which of them answer. See readme.md in this folder.</summary>
/// <remarks>Thread-safe. All changes happen under one gate; requests never take it.</remarks>
internal sealed class ModelHost(
    string name,
    IModelSource source,
    VersionLoader loader,
    RolloutStore rollouts,
    IMetadataDatabase database,
    IOptions<ServingOptions> options,
    ILogger<ModelHost> logger
) : IDisposable
{
    private readonly SemaphoreSlim gate = new(1, 1); // Without a wait handle it holds nothing to dispose.
    private readonly Lock loadingGate = new();
    private readonly List<PredictorBase> predictors = [];
    private readonly List<LoadedVersion> resident = []; // The one used last comes last.
    private readonly Dictionary<string, string> reported = new(StringComparer.Ordinal); // The last failure of each reference.
    private volatile StepCounters[] recent = [];
    private volatile StepCounters? counters;
    private Task? loading;
    private bool closed;

    public string Name { get; } = name;

    public IReadOnlyList<PredictorBase> Predictors => predictors;

    /// <summary>What this process counts for the open rollout; null without one.</summary>
    public StepCounters? Counters => counters;

    /// <summary>The counts of this step and of the one before, whose last ones may not have been written yet.</summary>
    public IReadOnlyList<StepCounters> RecentCounters => recent;

    /// <summary>The open rollout that the routes were last made from, as id and tag.</summary>
    public (RolloutId, ETag)? Applied { get; private set; }

    public bool HasFailure => predictors.Exists(p => p.Failure is not null);

    /// <summary>Called while the server is made, before anything runs.</summary>
    public void Add(PredictorBase predictor) => predictors.Add(predictor);

    /// <summary>Loads once for all callers that wait for it. Failures are in <see cref="PredictorBase.Failure"/>.</summary>
    public Task EnsureLoadedAsync(CancellationToken cancellationToken)
    {
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
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(closed, this);
            var rollout = await rollouts.FindOpenAsync(Name, cancellationToken).ConfigureAwait(false);
            PrepareCounters(rollout);
            ModelUnavailableException? failure = null;
            foreach (var group in predictors.GroupBy(p => p.Reference))
            {
                failure = await ApplyAsync(group.Key, [.. group], rollout, cancellationToken).ConfigureAwait(false) ?? failure;
            }

            Applied = rollout is null ? null : (rollout.Id, rollout.ETag);
            RetireUnused();
            if (failure is not null)
            {
                throw failure;
            }
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Loads a version, and binds it to the predictors of an alias, before it gets traffic.</summary>
    /// <exception cref="MlPlatformException">It cannot be loaded, or does not fit.</exception>
    public async Task ProbeAsync(ModelVersionId id, string alias, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(closed, this);
            var users = predictors.FindAll(p => string.Equals(p.Reference.Alias, alias, StringComparison.Ordinal));
            await GetAsync(ModelReference.ByVersion(id.Name, id.Version), users, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Stops answering, once. What is in use is disposed by its last user.</summary>
    /// <returns>The versions that were in memory.</returns>
    public IReadOnlyList<LoadedVersion> Close()
    {
        gate.Wait(); // A load that is under way ends in moments, and must not leave a version behind.
        try
        {
            if (closed)
            {
                return [];
            }

            closed = true;
            predictors.ForEach(p => p.Close());
            resident.ForEach(v => v.Retire());
            return [.. resident];
        }
        finally
        {
            gate.Release();
        }
    }

    public void Dispose() => Close();

    private async Task<ModelUnavailableException?> ApplyAsync(
        ModelReference reference,
        List<PredictorBase> users,
        Rollout? rollout,
        CancellationToken cancellationToken
    )
    {
        ModelUnavailableException? failure = null;
        try
        {
            var primary = await GetAsync(reference, users, cancellationToken).ConfigureAwait(false);
            LoadedVersion? candidate = null;
            if (HasTraffic(rollout, reference) && rollout!.Candidate != primary.Id)
            {
                try
                {
                    var version = ModelReference.ByVersion(Name, rollout.Candidate.Version);
                    candidate = await GetAsync(version, users, cancellationToken).ConfigureAwait(false);
                }
                catch (Exception e) when (!cancellationToken.IsCancellationRequested)
                {
                    failure = await ReportAsync(rollout.Candidate.ToString(), e, cancellationToken).ConfigureAwait(false);
                }
            }

            foreach (var user in users)
            {
                if (user.Primary != primary)
                {
                    ServingDiagnostics.Swaps.Add(1, new KeyValuePair<string, object?>("mlplatform.model.name", Name));
                    Log.Serves(logger, primary.Id, reference.ToString());
                }

                user.Publish(primary, candidate, candidate is null ? null : rollout, counters);
                user.Failure = failure;
            }

            reported.Remove(reference.ToString());
            if (candidate is not null)
            {
                reported.Remove(candidate.Id.ToString());
            }
        }
        catch (AssetNotFoundException e) when (users.TrueForAll(u => u.Primary is null))
        {
            // Nothing has been deployed yet: whoever predicts is told, but it is no failure of a load.
            failure = new(reference.ToString(), e);
            users.ForEach(u => u.Failure = failure);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            failure = await ReportAsync(reference.ToString(), e, cancellationToken).ConfigureAwait(false);
            users.ForEach(u => u.Failure = failure);
        }

        return failure;
    }

    private static bool HasTraffic(Rollout? rollout, ModelReference reference) =>
        rollout?.State is RolloutState.Shadow or RolloutState.Canary && string.Equals(rollout.Options.Alias, reference.Alias, StringComparison.Ordinal);

    private void PrepareCounters(Rollout? rollout)
    {
        if (rollout?.State is not (RolloutState.Shadow or RolloutState.Canary))
        {
            counters = null;
        }
        else if (counters is not { } c || c.Rollout != rollout.Id || c.Step != rollout.Step)
        {
            counters = new(rollout.Id, rollout.Step);
            recent = [.. recent.TakeLast(1), counters];
        }
    }

    /// <summary>The version that a reference means, in memory and bound to its users.</summary>
    private async Task<LoadedVersion> GetAsync(ModelReference reference, List<PredictorBase> users, CancellationToken cancellationToken)
    {
        var opened = await source.OpenAsync(reference, cancellationToken).ConfigureAwait(false);
        var found = resident.Find(v => v.Id == opened.Id);
        var version = found ?? await loader.LoadAsync(opened, cancellationToken).ConfigureAwait(false);
        try
        {
            foreach (var user in users)
            {
                await user.BindAsync(version, cancellationToken).ConfigureAwait(false);
            }
        }
        catch when (found is null)
        {
            version.Retire();
            throw;
        }

        if (found is null)
        {
            var loaded = new PlatformEvent(EventTypes.ModelLoaded, version.Asset)
            {
                Payload = new JsonObject
                {
                    ["reference"] = reference.ToString(),
                    ["manifest"] = opened.Package.Digest.ToString(),
                    ["previous"] = users.Select(u => u.Primary?.Id.Version).FirstOrDefault(),
                },
            };
            await AnnounceAsync(loaded, cancellationToken).ConfigureAwait(false);
        }

        resident.Remove(version);
        resident.Add(version);
        return version;
    }

    private void RetireUnused()
    {
        var used = predictors.SelectMany(p => new[] { p.Primary, p.Candidate }).ToHashSet();
        var unused = resident.FindAll(v => !used.Contains(v));
        foreach (var version in unused.Take(Math.Max(0, unused.Count - options.Value.ResidentVersions)))
        {
            resident.Remove(version);
            version.Retire();
        }
    }

    /// <summary>Logs a failure, and writes its event unless the last one for the same thing said the same.</summary>
    private async Task<ModelUnavailableException> ReportAsync(string reference, Exception exception, CancellationToken cancellationToken)
    {
        ServingDiagnostics.LoadFailures.Add(1, new KeyValuePair<string, object?>("mlplatform.model.name", Name));
        if (!reported.TryGetValue(reference, out var last) || !string.Equals(last, exception.Message, StringComparison.Ordinal))
        {
            reported[reference] = exception.Message;
            Log.LoadFailed(logger, reference, exception);
            var failed = new PlatformEvent(EventTypes.ModelLoadFailed, new(AssetKind.Model, Name))
            {
                Payload = new JsonObject { ["reference"] = reference, ["error"] = exception.GetType().Name, ["message"] = exception.Message },
            };
            await AnnounceAsync(failed, cancellationToken).ConfigureAwait(false);
        }

        return new(reference, exception);
    }

    private async Task AnnounceAsync(PlatformEvent happened, CancellationToken cancellationToken)
    {
        try
        {
            await database
                .WriteAsync(
                    Durability.Process,
                    work =>
                    {
                        work.Append(happened);
                        return Task.CompletedTask;
                    },
                    cancellationToken
                )
                .ConfigureAwait(false);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            Log.EventFailed(logger, happened.Type, happened.Subject, e); // Answering matters more than its record.
        }
    }
}
