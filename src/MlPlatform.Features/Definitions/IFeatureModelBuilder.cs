namespace MlPlatform.Features;

/// <summary>Receives the definitions of a feature store. Names of columns are the snake case of the properties' names.</summary>
/// <remarks>
/// Nothing is refused at once: all findings come together in one <see cref="InvalidFeatureModelException"/> when the definitions are applied.
/// Columns may be bool, int, long, float, double, string, byte[], <see cref="DateTimeOffset"/>, <see cref="DateTime"/> (UTC) and <see cref="Guid"/>.
/// </remarks>
public interface IFeatureModelBuilder
{
    /// <summary>Declares what features are about; the key record's properties are its key columns.</summary>
    /// <typeparam name="TKey">The key record.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="configure">Sets owner and description; may be null.</param>
    void Entity<TKey>(string name, Action<EntityBuilder>? configure = null)
        where TKey : class;

    /// <summary>Declares a stream of rows that are pushed; several views may read it.</summary>
    /// <typeparam name="TEvent">The record of one row.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="configure">Says which property is the event time, and more.</param>
    FeatureSource<TEvent> Source<TEvent>(string name, Action<SourceBuilder<TEvent>> configure)
        where TEvent : class;

    /// <summary>Declares a view of the newest row of each key. Its features are the source's columns with the names of the record's properties.</summary>
    /// <typeparam name="TKey">The key record of a declared entity.</typeparam>
    /// <typeparam name="TRow">The record of the features.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="source">Where its rows come from.</param>
    /// <param name="configure">Sets time to live, owner and key columns; may be null.</param>
    FeatureView<TRow> View<TKey, TRow>(string name, FeatureSource source, Action<ViewBuilder>? configure = null)
        where TKey : class
        where TRow : class;

    /// <summary>Declares a view of aggregates over time windows.</summary>
    /// <typeparam name="TKey">The key record of a declared entity.</typeparam>
    /// <typeparam name="TEvent">The source's record.</typeparam>
    /// <typeparam name="TRow">The record of the features.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="source">Where its events come from.</param>
    /// <param name="configure">Declares the key and the windows.</param>
    FeatureView<TRow> AggregateView<TKey, TEvent, TRow>(
        string name,
        FeatureSource<TEvent> source,
        Action<AggregateViewBuilder<TKey, TEvent, TRow>> configure
    )
        where TKey : class
        where TEvent : class
        where TRow : class;

    /// <summary>Declares features that are computed from the request, by the same method for training and online.</summary>
    /// <typeparam name="TRequest">The record of the request's data.</typeparam>
    /// <typeparam name="TRow">The record of the features.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="transform">Pure: no I/O and no clock. It is not called when a value that may not be null is missing.</param>
    /// <param name="revision">Change it whenever the method computes something else: its code is not part of the definition's hash.</param>
    FeatureView<TRow> OnDemand<TRequest, TRow>(string name, Func<TRequest, TRow> transform, string revision = "1")
        where TRequest : class
        where TRow : class;

    /// <summary>Declares features that are computed from the request and the features of a view.</summary>
    /// <typeparam name="TRequest">The record of the request's data.</typeparam>
    /// <typeparam name="TInput">The record of the view.</typeparam>
    /// <typeparam name="TRow">The record of the features.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="view">The view that it reads.</param>
    /// <param name="transform">Pure: no I/O and no clock. The view's row is null when there is none within its time to live.</param>
    /// <param name="revision">Change it whenever the method computes something else: its code is not part of the definition's hash.</param>
    FeatureView<TRow> OnDemand<TRequest, TInput, TRow>(
        string name,
        FeatureView<TInput> view,
        Func<TRequest, TInput?, TRow> transform,
        string revision = "1"
    )
        where TRequest : class
        where TInput : class
        where TRow : class;

    /// <summary>Declares a set of features that is read together, by models and for training.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="configure">Names the features.</param>
    void Service(string name, Action<ServiceBuilder> configure);
}
