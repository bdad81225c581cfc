using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>All models of this process.</summary>
internal sealed class ModelServer : IModelServer, IAsyncDisposable, IDisposable
{
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(30);
    private readonly Dictionary<string, ModelHost> hosts = new(StringComparer.Ordinal);
    private readonly Clocks clocks;
    private readonly ILogger logger;

    public ModelServer(
        IEnumerable<PredictorRegistration> registrations,
        PredictorFactory factory,
        IModelSource source,
        VersionLoader loader,
        RolloutStore rollouts,
        IMetadataDatabase database,
        Clocks clocks,
        IOptions<ServingOptions> options,
        ILogger<ModelHost> logger
    )
    {
        this.clocks = clocks;
        this.logger = logger;
        foreach (var registration in registrations)
        {
            var name = registration.Reference.Name;
            if (!hosts.TryGetValue(name, out var host))
            {
                host = hosts[name] = new(name, source, loader, rollouts, database, clocks, options, logger);
            }

            host.Add(registration.Create(host, factory));
        }
    }

    public IReadOnlyCollection<ModelHost> Hosts => hosts.Values;

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

    /// <summary>Waits until nobody uses a version any more, within a limit.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var version in Close())
        {
            try
            {
                await version.Disposed.WaitAsync(DrainTime, clocks.Work).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                Log.StuckLease(logger, version.Leases.Count, version.Id, DrainTime); // Disposing it in use would kill the process.
            }
        }
    }

    public void Dispose() => Close();

    private List<LoadedVersion> Close() => [.. hosts.Values.SelectMany(h => h.Close())];
}
