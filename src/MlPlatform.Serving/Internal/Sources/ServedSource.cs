using Microsoft.Extensions.Options;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>Where this process serves models from: the folder of models, if there is one and it has the name, else the model source of the platform.</summary>
internal sealed class ServedSource(IModelSource source, IOptions<ServingOptions> options, Clocks clocks) : IModelSource
{
    public ModelFolder? Folder { get; } =
        options.Value.ModelRepository is { } root ? new(Path.GetFullPath(root), options.Value.DefaultAlias, clocks) : null;

    /// <summary>All versions of a model of the folder; none of others.</summary>
    public IReadOnlyCollection<int> VersionsOf(string model) => Folder?.VersionsOf(model) ?? [];

    public Task<OpenedModel> OpenAsync(ModelReference reference, CancellationToken cancellationToken = default) =>
        Folder is not { } folder ? source.OpenAsync(reference, cancellationToken)
        : folder.Has(reference.Name) ? folder.OpenAsync(reference, cancellationToken)
        : OpenOtherAsync(reference, cancellationToken);

    public IAsyncEnumerable<ModelChange> WatchAsync(string name, CancellationToken cancellationToken = default) =>
        Folder is { } folder && folder.Has(name) ? folder.WatchAsync(name, cancellationToken) : source.WatchAsync(name, cancellationToken);

    /// <summary>Who has a folder may have meant it.</summary>
    private async Task<OpenedModel> OpenOtherAsync(ModelReference reference, CancellationToken cancellationToken)
    {
        try
        {
            return await source.OpenAsync(reference, cancellationToken).ConfigureAwait(false);
        }
        catch (AssetNotFoundException e) when (ModelFolder.HintOf(reference) is { } hint)
        {
            throw new AssetNotFoundException(e.Asset, hint);
        }
    }
}
