using MlPlatform.Core;

namespace MlPlatform.Features;

/// <summary>The feature store: history, training sets and online features by one set of definitions.</summary>
/// <remarks>Thread-safe. The definitions are applied when the platform starts, or before the first call that needs them.</remarks>
public interface IFeatureStore
{
    /// <summary>Registers the declared definitions; what is unchanged is not written again.</summary>
    /// <param name="cancellationToken">Stops before anything is written.</param>
    /// <returns>The versions that are new.</returns>
    /// <exception cref="InvalidFeatureModelException">The definitions contradict themselves or what was applied before.</exception>
    Task<IReadOnlyList<AssetRef>> ApplyAsync(CancellationToken cancellationToken = default);

    /// <summary>Appends rows to a source's history and, unless told otherwise, to the online features. Durable when it returns.</summary>
    /// <remarks>
    /// After an exception other than a refusal the rows may be stored; with an id declared the push can simply be repeated. A push of
    /// <see cref="FeaturesOptions.SegmentRows"/> rows and more reaches the online features after the history, as a materialization does.
    /// </remarks>
    /// <typeparam name="TEvent">The source's record.</typeparam>
    /// <param name="source">The source's name.</param>
    /// <param name="rows">The rows; all are stored or none.</param>
    /// <param name="target">Where they go.</param>
    /// <param name="cancellationToken">Stops before anything is stored.</param>
    /// <exception cref="AssetNotFoundException">There is no such source.</exception>
    /// <exception cref="InvalidFeatureRowException">A row lacks a value or lies in the future.</exception>
    Task<PushResult> PushAsync<TEvent>(
        string source,
        IReadOnlyList<TEvent> rows,
        PushTarget target = PushTarget.OnlineAndOffline,
        CancellationToken cancellationToken = default
    )
        where TEvent : class;

    /// <summary>Brings online what the history holds and the online features do not. May be stopped and repeated at any time.</summary>
    /// <param name="view">One view; null means all.</param>
    /// <param name="cancellationToken">Stops between chunks.</param>
    /// <exception cref="AssetNotFoundException">There is no such view.</exception>
    Task<MaterializationResult> MaterializeAsync(string? view = null, CancellationToken cancellationToken = default);

    /// <summary>Finds for each row the features that were valid at its time.</summary>
    /// <typeparam name="TRow">A record with the keys, a time, the request's data and whatever else is to be kept, such as the label.</typeparam>
    /// <param name="rows">The rows; each is kept, in order.</param>
    /// <param name="service">Service name, or <c>name@vN</c>.</param>
    /// <param name="options">How; null takes the defaults.</param>
    /// <param name="cancellationToken">Stops the computation.</param>
    /// <exception cref="AssetNotFoundException">There is no such service.</exception>
    /// <exception cref="FeatureInputException">A column that the service needs is missing or has a wrong type.</exception>
    Task<TrainingSet> GetTrainingSetAsync<TRow>(
        IReadOnlyList<TRow> rows,
        string service,
        TrainingSetOptions? options = null,
        CancellationToken cancellationToken = default
    )
        where TRow : class;

    /// <summary>Reads the online features for one prediction.</summary>
    /// <param name="service">Service name, or <c>name@vN</c>.</param>
    /// <param name="values">Keys and request data by name.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <exception cref="AssetNotFoundException">There is no such service.</exception>
    Task<FeatureVector> GetOnlineAsync(
        string service,
        IReadOnlyDictionary<string, FeatureValue> values,
        CancellationToken cancellationToken = default
    );

    /// <summary>Says what a service takes and gives.</summary>
    /// <param name="service">Service name, or <c>name@vN</c>.</param>
    /// <param name="cancellationToken">Cancels the look-up.</param>
    /// <exception cref="AssetNotFoundException">There is no such service.</exception>
    Task<FeatureServiceInfo> DescribeServiceAsync(string service, CancellationToken cancellationToken = default);

    /// <summary>Lists all versions of what was applied, by kind, name and version.</summary>
    /// <param name="cancellationToken">Cancels the read.</param>
    Task<IReadOnlyList<FeatureDefinitionInfo>> ListAsync(CancellationToken cancellationToken = default);
}
