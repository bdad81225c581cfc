using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>All models of this process.</summary>
internal sealed class ModelServer : IModelServer, IAsyncDisposable, IDisposable
{
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<string, ModelHost> hosts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> users = new(StringComparer.Ordinal);
    private readonly Lock usersGate = new();
    private readonly Func<string, ModelHost> create;
    private readonly Clocks clocks;
    private readonly ILogger logger;
    private volatile bool isLoading;
    private bool closed;

    public ModelServer(
        IEnumerable<PredictorRegistration> registrations,
        PredictorFactory factory,
        ServedSource source,
        VersionLoader loader,
        RolloutStore rollouts,
        ProcessCounts counts,
        IMetadataDatabase database,
        Clocks clocks,
        IOptions<ServingOptions> options,
        ILogger<ModelHost> logger
    )
    {
        this.clocks = clocks;
        this.logger = logger;
        create = name =>
            new(name, source, loader, rollouts, counts, database, clocks, options, logger)
            {
                Refreshed = () => MakeRoom?.Invoke() ?? Task.CompletedTask,
            };
        foreach (var registration in registrations)
        {
            var host = Acquire(registration.Reference.Name); // For good.
            host.Keep(registration.Create(host, factory));
        }
    }

    public bool IsLoading
    {
        get => isLoading;
        set => isLoading = value;
    }

    public IReadOnlyCollection<ModelHost> Hosts => [.. hosts.Values];

    /// <summary>Told of each host that has begun to answer; it is followed until it is closed.</summary>
    public Action<ModelHost>? Follow { get; set; }

    /// <summary>Lets go of models that have no room any more: a model that is replaced may become larger.</summary>
    public Func<Task>? MakeRoom { get; set; }

    /// <summary>The host of a model, until the caller releases it.</summary>
    public ModelHost Acquire(string model)
    {
        lock (usersGate)
        {
            ObjectDisposedException.ThrowIf(closed, this);
            users[model] = users.GetValueOrDefault(model) + 1;
            return hosts.GetOrAdd(model, create);
        }
    }

    /// <summary>The last one to release a host closes it.</summary>
    /// <returns>Whether others use it still.</returns>
    public bool Release(ModelHost host)
    {
        lock (usersGate)
        {
            if (--users[host.Name] > 0)
            {
                return true;
            }

            users.Remove(host.Name);
            hosts.TryRemove(host.Name, out _);
        }

        host.Close();
        return false;
    }

    public ModelHost? Find(string model) => hosts.GetValueOrDefault(model);

    public IPredictor<TIn, TOut> Get<TIn, TOut>(ModelReference reference)
        where TIn : notnull => hosts[reference.Name].Predictors.OfType<Predictor<TIn, TOut>>().First(p => p.Reference == reference);

    public async Task RefreshAsync(string? model = null, CancellationToken cancellationToken = default)
    {
        if (model is not null)
        {
            var host =
                Find(model)
                ?? throw new ArgumentException(
                    $"No predictor of this process uses model '{model}'; add one with AddPredictor.",
                    nameof(model)
                );
            await host.RefreshAsync(cancellationToken).ConfigureAwait(false);
            return;
        }

        ModelUnavailableException? failure = null;
        foreach (var host in hosts.Values)
        {
            try
            {
                await host.RefreshAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (ModelUnavailableException e)
            {
                failure ??= e; // The others must still follow.
            }
        }

        if (failure is not null)
        {
            throw failure;
        }
    }

    public IReadOnlyList<ServedModel> List() =>
        [
            .. hosts
                .Values.SelectMany(h => h.Predictors)
                .DistinctBy(p => p.Reference)
                .Select(p => new ServedModel(p.Reference.ToString(), p.Primary?.Id, p.Candidate?.Id, p.Share, p.Failure?.Message)),
        ];

    /// <summary>Waits until nobody uses a version any more, within a limit. Runs that last longer are ended, where the runtime can.</summary>
    public async ValueTask DisposeAsync()
    {
        var versions = Close();
        var all = Task.WhenAll(versions.Select(v => v.Disposed));
        if (await EndsAsync(all).ConfigureAwait(false))
        {
            return;
        }

        versions.ForEach(v => v.Stop());
        if (await EndsAsync(all).ConfigureAwait(false))
        {
            return;
        }

        foreach (var version in versions.Where(v => !v.Disposed.IsCompleted))
        {
            Log.StuckLease(logger, version.Leases.Count, version.Id, 2 * DrainTime); // Disposing it in use would kill the process.
        }
    }

    private async Task<bool> EndsAsync(Task all)
    {
        await all.WaitAsync(DrainTime, clocks.Work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return all.IsCompleted;
    }

    public void Dispose() => Close();

    private List<LoadedVersion> Close()
    {
        lock (usersGate)
        {
            closed = true;
        }

        return [.. hosts.Values.SelectMany(h => h.Close())];
    }
}
