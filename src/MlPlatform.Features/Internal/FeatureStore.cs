using Microsoft.Extensions.Options;
using MlPlatform.Core;

namespace MlPlatform.Features.Internal;

internal sealed class FeatureStore(
    FeatureRuntime runtime,
    DefinitionStore definitions,
    Pusher pusher,
    Materializer materializer,
    TrainingSetMaker trainingSets,
    IFeatureReader reader,
    Clocks clocks,
    IOptions<FeaturesOptions> options
) : IFeatureStore
{
    public Task<IReadOnlyList<AssetRef>> ApplyAsync(CancellationToken cancellationToken = default) => runtime.ApplyAsync(cancellationToken);

    public async Task<PushResult> PushAsync<TEvent>(
        string source,
        IReadOnlyList<TEvent> rows,
        PushTarget target = PushTarget.OnlineAndOffline,
        CancellationToken cancellationToken = default
    )
        where TEvent : class
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(source);
        ArgumentNullException.ThrowIfNull(rows);
        using var activity = FeaturesDiagnostics.Source.StartActivity("features.push");
        var model = await runtime.GetAsync(cancellationToken).ConfigureAwait(false);
        var definition = model.Source(source);
        var latest = StoredTime.ToMicros(clocks.Platform.GetUtcNow() + options.Value.MaxClockSkew);
        var read = RowReading.Read(definition, rows, latest);
        return await pusher.PushAsync(model, definition, read, target, cancellationToken).ConfigureAwait(false);
    }

    public async Task<MaterializationResult> MaterializeAsync(string? view = null, CancellationToken cancellationToken = default)
    {
        using var activity = FeaturesDiagnostics.Source.StartActivity("features.materialize");
        var model = await runtime.GetAsync(cancellationToken).ConfigureAwait(false);
        if (view is not null && !model.Views.ContainsKey(view))
        {
            throw new AssetNotFoundException(new(AssetKind.View, view), $"Stored views are: {string.Join(", ", model.Views.Keys)}.");
        }

        var rows = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (name, online) in model.Views)
        {
            if (view is null || string.Equals(view, name, StringComparison.Ordinal))
            {
                var count = await materializer.MaterializeAsync(model, online, cancellationToken).ConfigureAwait(false);
                if (count > 0)
                {
                    rows.Add(name, count);
                }
            }
        }

        return new(rows);
    }

    public async Task<TrainingSet> GetTrainingSetAsync<TRow>(
        IReadOnlyList<TRow> rows,
        string service,
        TrainingSetOptions? options = null,
        CancellationToken cancellationToken = default
    )
        where TRow : class
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentException.ThrowIfNullOrWhiteSpace(service);
        using var activity = FeaturesDiagnostics.Source.StartActivity("features.trainingSet");
        var model = await runtime.GetAsync(cancellationToken).ConfigureAwait(false);
        return await trainingSets.MakeAsync(model, model.Plan(service), rows, options ?? new(), cancellationToken).ConfigureAwait(false);
    }

    public async Task<FeatureVector> GetOnlineAsync(
        string service,
        IReadOnlyDictionary<string, FeatureValue> values,
        CancellationToken cancellationToken = default
    )
    {
        var vector = new FeatureVector();
        await reader.ReadAsync(service, values, vector, cancellationToken).ConfigureAwait(false);
        return vector;
    }

    public async Task<FeatureServiceInfo> DescribeServiceAsync(string service, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(service);
        var model = await runtime.GetAsync(cancellationToken).ConfigureAwait(false);
        var plan = model.Plan(service);
        var views = plan.Reads.Select(r => (ViewDefinition)r.Definition).Concat(plan.Transforms.Select(t => t.Definition));
        return new(plan.Definition.Name, plan.Version, plan.Schema, plan.Inputs, [.. views.Select(model.Asset)]);
    }

    public async Task<IReadOnlyList<FeatureDefinitionInfo>> ListAsync(CancellationToken cancellationToken = default) =>
        [
            .. (await definitions.ListAsync(cancellationToken).ConfigureAwait(false)).Select(d => new FeatureDefinitionInfo(
                new(Enum.Parse<AssetKind>(d.Kind), d.Name, d.Version),
                ArtifactDigest.Parse(d.Hash),
                d.Body,
                StoredTime.FromMicros(d.AppliedAt),
                d.AppliedBy
            )),
        ];
}
