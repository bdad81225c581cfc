using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>Opens models as they are asked for, and lets go of those that nobody asks for any more.</summary>
/// <remarks>Thread-safe. A request that finds its model open takes no lock.</remarks>
internal sealed class InferenceServer : IInferenceServer
{
    private readonly ConcurrentDictionary<ModelReference, OpenModel> open = new();
    private readonly HashSet<string> unloaded = new(StringComparer.Ordinal); // Under the gate.
    private readonly Lock gate = new();
    private readonly ModelServer server;
    private readonly ServedSource source;
    private readonly PredictorFactory factory;
    private readonly Clocks clocks;
    private readonly IOptions<ServingOptions> options;
    private readonly long maxBytes;

    public InferenceServer(
        ModelServer server,
        ServedSource source,
        PredictorFactory factory,
        Clocks clocks,
        IOptions<ServingOptions> options
    )
    {
        (this.server, this.source, this.factory, this.clocks, this.options) = (server, source, factory, clocks, options);
        maxBytes = options.Value.RoomOfOpenModels;
        server.MakeRoom = CloseOldestAsync;
    }

    public ValueTask<Prediction<IReadOnlyList<NamedTensor>>> PredictAsync(
        ModelReference model,
        TensorRequest request,
        in PredictOptions options = default,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(request);
        return PredictAsync(model, request, options, 1, cancellationToken);
    }

    public ModelOverloadedException? Refuse(ModelReference model, PredictionPriority priority = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (!open.TryGetValue(model, out var opened) || !opened.Loaded.Task.IsCompletedSuccessfully)
        {
            return null;
        }

        opened.Touch(clocks.Work.GetTimestamp());
        return opened.Predictor.Refuse(priority);
    }

    public async ValueTask<TensorModel> DescribeAsync(ModelReference model, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        while (true)
        {
            var opened = Retry(Find(model, out var now), now);
            try
            {
                await WaitAsync(opened, cancellationToken).ConfigureAwait(false);
            }
            catch (ObjectDisposedException) when (!IsOpen(model, opened))
            {
                continue; // Let go of meanwhile.
            }

            if (opened.Predictor.Primary is { } version)
            {
                return new(version.Id, version.Runtime, Describe(version.Inputs), Describe(version.Outputs))
                {
                    Versions = VersionsOf(opened.Host, version),
                };
            }
        }
    }

    public Task LoadAsync(ModelReference model, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        lock (gate)
        {
            unloaded.Remove(model.Name);
        }

        return LoadMeantAsync(model, cancellationToken);
    }

    public IReadOnlyList<ServedModel> ListOpen() =>
        [
            .. open
                .Values.OrderBy(o => o.LastUsed)
                .Select(o => o.Predictor)
                .Select(p => new ServedModel(p.Reference.ToString(), p.Primary?.Id, p.Candidate?.Id, p.Share, p.Failure?.Message)),
        ];

    public IReadOnlyList<ModelStatistics> ListStatistics() =>
        [
            .. server
                .Hosts.SelectMany(h => h.Predictors)
                .SelectMany(p => new[] { p.Primary, p.Candidate })
                .OfType<LoadedVersion>()
                .Distinct()
                .Select(v => v.GetStatistics())
                .OrderBy(s => s.Version.Name, StringComparer.Ordinal)
                .ThenBy(s => s.Version.Version),
        ];

    public IReadOnlyList<string> ListUnloaded()
    {
        lock (gate)
        {
            return [.. unloaded.Order(StringComparer.Ordinal)];
        }
    }

    public async Task UnloadAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (ListOpen(name).Count == 0)
        {
            var model = ModelReference.ByAlias(name, options.Value.DefaultAlias);
            CheckName(model);
            await source.OpenAsync(model, cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        lock (gate)
        {
            unloaded.Add(name); // First, or a request opens it behind.
        }

        await Task.WhenAll(ListOpen(name).Select(CloseAsync)).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task LoadMeantAsync(ModelReference model, CancellationToken cancellationToken)
    {
        var opened = Find(model, out _);
        if (opened.HasFailed)
        {
            Forget(opened);
            opened = Find(model, out _);
        }

        if (!opened.Loaded.Task.IsCompletedSuccessfully)
        {
            try
            {
                await WaitAsync(opened, cancellationToken).ConfigureAwait(false);
                return; // It was opened by what the source says now.
            }
            catch (ObjectDisposedException) when (!IsOpen(model, opened))
            {
                throw new ModelUnavailableException(model.ToString());
            }
        }

        try
        {
            await opened.Host.RefreshAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ModelUnavailableException) when (opened.Predictor.Failure is null)
        {
            // Another reference to the model.
        }
        catch (ObjectDisposedException) when (!IsOpen(model, opened))
        {
            await LoadMeantAsync(model, cancellationToken).ConfigureAwait(false); // Let go of meanwhile.
        }
    }

    private List<OpenModel> ListOpen(string name) =>
        [.. open.Values.Where(o => string.Equals(o.Host.Name, name, StringComparison.Ordinal))];

    /// <summary>A model may be let go of between being found and being asked: then it is opened again.</summary>
    private async ValueTask<Prediction<IReadOnlyList<NamedTensor>>> PredictAsync(
        ModelReference model,
        TensorRequest request,
        PredictOptions options,
        int attempt,
        CancellationToken cancellationToken
    )
    {
        const int Attempts = 10;
        var opened = Find(model, out var asked);
        var waits = !opened.Loaded.Task.IsCompletedSuccessfully;
        if (waits)
        {
            opened = Retry(opened, asked);
            opened.BeginWait();
        }

        try
        {
            if (waits)
            {
                options = options with { Timeout = await WaitAsync(opened, options.Timeout, cancellationToken).ConfigureAwait(false) };
            }

            var answer = await opened.Predictor.PredictAsync(request, options, cancellationToken).ConfigureAwait(false);
            return request.Outputs.Count == 0 ? answer : answer with { Value = Select(answer.Value, request.Outputs) };
        }
        catch (ObjectDisposedException e) when (!IsOpen(model, opened))
        {
            if (attempt == Attempts)
            {
                throw new ModelUnavailableException(model.ToString(), e);
            }
        }
        finally
        {
            if (waits)
            {
                EndWait(opened);
            }
        }

        return await PredictAsync(model, request, options, attempt + 1, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask WaitAsync(OpenModel opened, CancellationToken cancellationToken)
    {
        if (opened.Loaded.Task.IsCompletedSuccessfully)
        {
            return;
        }

        opened.BeginWait();
        try
        {
            await opened.Loaded.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            EndWait(opened);
        }
    }

    private void EndWait(OpenModel opened)
    {
        if (opened.EndWait())
        {
            _ = Task.Run(CloseOldestAsync, CancellationToken.None); // It has kept its place meanwhile.
        }
    }

    /// <summary>Waits until a model answers, no longer than a request has time.</summary>
    /// <returns>The time that is left then.</returns>
    private async Task<TimeSpan?> WaitAsync(OpenModel opened, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var loading = opened.Loaded.Task.WaitAsync(cancellationToken);
        if (timeout is not { } time)
        {
            await loading.ConfigureAwait(false);
            return null;
        }

        var begun = clocks.Work.GetTimestamp();
        await loading.WithinAsync(time, opened.Predictor.Reference, clocks.Work).ConfigureAwait(false);
        var left = time - clocks.Work.GetElapsedTime(begun);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private bool IsOpen(ModelReference model, OpenModel opened) => open.TryGetValue(model, out var now) && now == opened;

    /// <param name="model">The model, which begins to load if nobody has asked for it before.</param>
    /// <param name="now">The time, as a timestamp of the work clock.</param>
    private OpenModel Find(ModelReference model, out long now)
    {
        now = clocks.Work.GetTimestamp();
        if (!open.TryGetValue(model, out var opened))
        {
            opened = Begin(model, now);
        }

        opened.Touch(now);
        return opened;
    }

    /// <returns>Another object if it has failed some time before, since it is tried again.</returns>
    private OpenModel Retry(OpenModel opened, long now)
    {
        while (opened.HasFailed && clocks.Work.GetElapsedTime(opened.FailedAt, now) >= options.Value.RetryInterval)
        {
            Forget(opened);
            opened = Find(opened.Predictor.Reference, out now);
        }

        return opened;
    }

    private OpenModel Begin(ModelReference model, long now)
    {
        CheckName(model);
        OpenModel opened;
        lock (gate)
        {
            if (open.TryGetValue(model, out var other))
            {
                return other;
            }

            if (unloaded.Contains(model.Name))
            {
                throw new ModelUnavailableException(model.ToString());
            }

            var host = server.Acquire(model.Name);
            opened = new(host, factory.CreateByTensors(model, host), now);
            open[model] = opened;
        }

        _ = Task.Run(() => LoadAsync(opened), CancellationToken.None); // For all who wait for it; it tells them what went wrong.
        return opened;
    }

    /// <exception cref="AssetNotFoundException">No database has such a name, and some fail on it.</exception>
    private static void CheckName(ModelReference model)
    {
        if (model.ToString().Contains('\0', StringComparison.Ordinal))
        {
            throw new AssetNotFoundException(new(AssetKind.Model, model.Name.Replace('\0', '?')), "A name holds no character with code 0.");
        }
    }

    private async Task LoadAsync(OpenModel opened)
    {
        try
        {
            await opened.Host.OpenAsync(opened.Predictor, opened.Closing).ConfigureAwait(false);
            server.Follow?.Invoke(opened.Host);
            opened.Loaded.SetResult();
            await CloseOldestAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            if (e is AssetNotFoundException)
            {
                Forget(opened); // It may come at any time, and asking for it costs little.
            }

            var isClosed = e is OperationCanceledException && opened.Closing.IsCancellationRequested;
            opened.Fail(isClosed ? new ObjectDisposedException(opened.Predictor.Reference.ToString(), e) : e, clocks.Work.GetTimestamp());
        }
    }

    /// <summary>Of those used last, as many stay as are allowed and have room, the very last one in any case, and those that requests wait for.</summary>
    private async Task CloseOldestAsync()
    {
        var (count, bytes) = (0, 0L);
        var hosts = new HashSet<ModelHost>(); // Several references may mean one version.
        foreach (var opened in open.Values.OrderByDescending(o => o.LastUsed).ToList())
        {
            bytes += !opened.Host.IsKept && hosts.Add(opened.Host) ? opened.Host.Bytes : 0;
            if ((++count > options.Value.MaxOpenModels || (count > 1 && bytes > maxBytes)) && !opened.IsAwaited)
            {
                await CloseAsync(opened).ConfigureAwait(false);
            }
        }
    }

    private Task CloseAsync(OpenModel opened) => Forget(opened) ? opened.Host.RemoveAsync(opened.Predictor) : Task.CompletedTask;

    /// <summary>Lets go of a model, whose load is given up on; enough where that has failed.</summary>
    /// <returns>Whether it is still among the predictors of a host that others use.</returns>
    private bool Forget(OpenModel opened)
    {
        if (!open.TryRemove(new(opened.Predictor.Reference, opened)))
        {
            return false;
        }

        opened.Dispose();
        return server.Release(opened.Host);
    }

    private List<int> VersionsOf(ModelHost host, LoadedVersion version) =>
        [
            .. host
                .Predictors.SelectMany(p => new[] { p.Primary, p.Candidate })
                .OfType<LoadedVersion>()
                .Select(v => v.Id.Version)
                .Append(version.Id.Version)
                .Concat(source.VersionsOf(host.Name))
                .Distinct()
                .Order(),
        ];

    private static List<TensorInfo> Describe(BufferLayout layout) =>
        [.. layout.Tensors.Select(t => new TensorInfo(t.Name, t.Type, t.Dimensions))];

    private static List<NamedTensor> Select(IReadOnlyList<NamedTensor> tensors, IReadOnlyList<string> names) =>
        [.. names.Select(n => tensors.First(t => string.Equals(t.Name, n, StringComparison.Ordinal)))];
}
