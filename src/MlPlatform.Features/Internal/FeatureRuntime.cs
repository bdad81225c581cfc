using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MlPlatform.Core;

namespace MlPlatform.Features.Internal;

/// <summary>The declared model once it is applied: the storages of its views and the read plans of its services.</summary>
internal sealed class FeatureRuntime(
    IEnumerable<IFeatureDefinitions> definitions,
    DefinitionStore store,
    [FromKeyedServices(DatabaseNames.Online)] IMetadataDatabase online,
    Clocks clocks,
    IOptions<FeaturesOptions> options
) : IDisposable
{
    private readonly SemaphoreSlim gate = new(1, 1);
    private volatile AppliedModel? applied;

    /// <summary>The applied model when there is one; reads need no wait then.</summary>
    public AppliedModel? Current => applied;

    public async ValueTask<AppliedModel> GetAsync(CancellationToken cancellationToken)
    {
        if (applied is null)
        {
            await ApplyAsync(cancellationToken).ConfigureAwait(false);
        }

        return applied!;
    }

    public async Task<IReadOnlyList<AssetRef>> ApplyAsync(CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var model = applied?.Model ?? FeatureModelBuilder.Build(definitions);
            var (versions, added) = await store.ApplyAsync(model, cancellationToken).ConfigureAwait(false);
            if (applied is null)
            {
                var views = model.Stored.ToDictionary(
                    v => v.Name,
                    v => new OnlineView(v, online, clocks, options.Value),
                    StringComparer.Ordinal
                );
                foreach (var view in views.Values)
                {
                    await view.OpenAsync(cancellationToken).ConfigureAwait(false);
                }

                applied = new(model, versions, views);
            }

            return added;
        }
        finally
        {
            gate.Release();
        }
    }

    public void Dispose() => gate.Dispose();
}
