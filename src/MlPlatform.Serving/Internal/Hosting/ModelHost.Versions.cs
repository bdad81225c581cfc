using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>What happens under the gate.</summary>
internal sealed partial class ModelHost
{
    /// <returns>One of the failures; null when everything is as it should be.</returns>
    private async Task<ModelUnavailableException?> ApplyAllAsync(CancellationToken cancellationToken)
    {
        var rollout = await rollouts.FindOpenAsync(Name, cancellationToken).ConfigureAwait(false);
        CandidateFailure = null;
        ModelUnavailableException? failure = null;
        foreach (var group in predictors.GroupBy(p => p.Reference))
        {
            failure = await ApplyAsync(group.Key, [.. group], rollout, cancellationToken).ConfigureAwait(false) ?? failure;
        }

        Applied = rollout is null ? null : (rollout.Id, rollout.ETag);
        RetireUnused();
        return failure;
    }

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
                    CandidateFailure = new(rollout, e);
                    failure = await journal.FailedAsync(rollout.Candidate.ToString(), e, cancellationToken).ConfigureAwait(false);
                }
            }

            primary.HasServed = true;
            foreach (var user in users)
            {
                if (user.Primary != primary)
                {
                    ServingDiagnostics.Swaps.Add(1, new KeyValuePair<string, object?>("mlplatform.model.name", Name));
                    Log.Serves(logger, primary.Id, reference.ToString());
                }

                user.Publish(primary, candidate, candidate is null ? null : rollout, candidate is null ? null : counts.Of(rollout!));
                (user.Failure, user.FailedAt) = (failure, null);
            }

            journal.Recovered(reference.ToString());
            if (candidate is not null)
            {
                journal.Recovered(candidate.Id.ToString());
            }
        }
        catch (AssetNotFoundException e) when (users.TrueForAll(u => u.Primary is null))
        {
            // Nothing has been deployed yet: whoever predicts is told, but it is no failure of a load.
            failure = new(reference.ToString(), e);
            users.ForEach(u => (u.Failure, u.FailedAt) = (failure, null));
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            WithdrawEnded(reference, users, rollout); // First: what follows may fail too, and the candidate of an ended rollout answers nobody.
            failure = await journal.FailedAsync(reference.ToString(), e, cancellationToken).ConfigureAwait(false);
            users.ForEach(u => (u.Failure, u.FailedAt) = (failure, clocks.Work.GetTimestamp()));
        }

        return failure;
    }

    /// <summary>Without a new default version the old one goes on, but alone if the rollout of its candidate is over.</summary>
    private static void WithdrawEnded(ModelReference reference, List<PredictorBase> users, Rollout? rollout)
    {
        foreach (var user in users)
        {
            if (
                user is { Primary: { } primary, Candidate: { } candidate }
                && !(HasTraffic(rollout, reference) && rollout!.Candidate == candidate.Id)
            )
            {
                user.Publish(primary, null, null, null);
            }
        }
    }

    private static bool HasTraffic(Rollout? rollout, ModelReference reference) =>
        rollout?.State is RolloutState.Shadow or RolloutState.Canary
        && string.Equals(rollout.Options.Alias, reference.Alias, StringComparison.Ordinal);

    /// <summary>The version that a reference means, in memory and bound to its users.</summary>
    private async Task<LoadedVersion> GetAsync(ModelReference reference, List<PredictorBase> users, CancellationToken cancellationToken)
    {
        var opened = await loader.OpenAsync(source, reference, cancellationToken).ConfigureAwait(false);
        var found = resident.Find(v => v.Id == opened.Id && v.Digest == opened.Package.Digest); // A folder's version may be written anew.
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
            var previous = users.Select(u => u.Primary?.Id.Version).FirstOrDefault();
            await journal.LoadedAsync(opened, reference, previous, cancellationToken).ConfigureAwait(false);
        }

        resident.Remove(version);
        resident.Add(version);
        return version;
    }

    private void RetireUnused()
    {
        var used = predictors.SelectMany(p => new[] { p.Primary, p.Candidate }).ToHashSet();
        var unused = resident.Where(v => !used.Contains(v)).OrderBy(v => v.HasServed).ToList();
        foreach (var version in unused.Take(Math.Max(0, unused.Count - options.Value.ResidentVersions)))
        {
            resident.Remove(version);
            version.Retire();
        }

        Volatile.Write(ref bytes, resident.Sum(v => v.Bytes));
    }
}
