namespace MlPlatform.Core;

/// <summary>Where serving and gates get models: name and alias or version in, verified package out.</summary>
/// <remarks>Thread-safe.</remarks>
public interface IModelSource
{
    /// <summary>Opens the version that a reference means now.</summary>
    /// <exception cref="AssetNotFoundException">No such model, alias or version.</exception>
    Task<OpenedModel> OpenAsync(ModelReference reference, CancellationToken cancellationToken = default);

    /// <summary>Streams what each alias of a model points at: the present state first, then changes. States may be merged; the last is never lost.</summary>
    IAsyncEnumerable<ModelChange> WatchAsync(string name, CancellationToken cancellationToken = default);
}
