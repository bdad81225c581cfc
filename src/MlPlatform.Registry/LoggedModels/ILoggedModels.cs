using MlPlatform.Core;

namespace MlPlatform.Registry;

/// <summary>Models that were logged beside runs and have not been registered, or not yet.</summary>
/// <remarks>Thread-safe, also between processes. Keys and values follow the rules of runs.</remarks>
public interface ILoggedModels
{
    /// <summary>Makes a logged model; its files and metrics follow.</summary>
    /// <exception cref="AssetNotFoundException">No such experiment or run.</exception>
    /// <exception cref="AssetDeletedException">The experiment or the run is deleted.</exception>
    /// <exception cref="AssetExistsException">The id is taken.</exception>
    /// <exception cref="ArgumentException">The id looks different from one, or a key or value breaks its rule.</exception>
    Task<LoggedModel> CreateAsync(string experimentId, LoggedModelOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>A logged model, deleted ones included; null when there is none.</summary>
    Task<LoggedModel?> GetAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Finds logged models. One that comes in while pages are read never repeats or shifts others.</summary>
    /// <exception cref="InvalidSearchException">The filter, the order or the token cannot be understood.</exception>
    Task<Page<LoggedModel>> SearchAsync(LoggedModelQuery query, CancellationToken cancellationToken = default);

    /// <summary>Says that its files are complete, or that they could not be written. Final: it cannot become pending again.</summary>
    /// <exception cref="AssetNotFoundException">No such logged model.</exception>
    /// <exception cref="AssetDeletedException">It is deleted.</exception>
    /// <exception cref="ArgumentException">The status is <see cref="LoggedModelStatus.Pending"/>.</exception>
    Task<LoggedModel> EndAsync(string id, LoggedModelStatus status, string? message = null, CancellationToken cancellationToken = default);

    /// <summary>Writes parameters once, all or none; the same value again is harmless.</summary>
    /// <exception cref="LoggedModelParamConflictException">One has another value.</exception>
    Task LogParamsAsync(string id, IReadOnlyDictionary<string, string> values, CancellationToken cancellationToken = default);

    /// <summary>Sets or replaces tags.</summary>
    Task<LoggedModel> SetTagsAsync(string id, IReadOnlyDictionary<string, string> tags, CancellationToken cancellationToken = default);

    /// <summary>Removes a tag.</summary>
    /// <exception cref="AssetNotFoundException">It has no such tag.</exception>
    Task DeleteTagAsync(string id, string key, CancellationToken cancellationToken = default);

    /// <summary>Deletes a logged model; it stays readable by its id. Deleting it again does nothing.</summary>
    /// <exception cref="AssetNotFoundException">No such logged model.</exception>
    Task DeleteAsync(string id, CancellationToken cancellationToken = default);
}
