namespace MlPlatform.Core;

/// <summary>Who is told of events: webhooks. Each event is delivered at least once, in order, and one address never holds up another.</summary>
/// <remarks>
/// <para>Thread-safe, also between processes. One process delivers at a time, under the lease of the recurring work <c>delivery</c>.</para>
/// <para>
/// A message is a POST that is done with any 2xx. After 408, 425, 429, 5xx, a redirection or no answer the same event is tried again, later each time or when
/// <c>Retry-After</c> says; after too many tries, and after any other answer, it becomes a dead letter and the next event's turn comes. A message
/// carries the event's id, the same on every try, by which a receiver tells repetitions.
/// </para>
/// </remarks>
public interface IEventSubscriptions
{
    /// <summary>Makes a subscription.</summary>
    /// <exception cref="ArgumentException">The name, the address, the format or the filter is not allowed.</exception>
    Task<EventSubscription> CreateAsync(EventSubscriptionOptions options, CancellationToken cancellationToken = default);

    /// <summary>A subscription; null when there is none.</summary>
    Task<EventSubscription?> GetAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Subscriptions, the newest first.</summary>
    /// <param name="format">Only those of a format; null for all.</param>
    /// <param name="before">Only those before this id, to page on; null begins at the newest.</param>
    /// <param name="limit">At most so many, 1 to 1000.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    Task<IReadOnlyList<EventSubscription>> ListAsync(
        string? format = null,
        string? before = null,
        int limit = 100,
        CancellationToken cancellationToken = default
    );

    /// <summary>Changes a subscription. What failed is tried again at once.</summary>
    /// <exception cref="AssetNotFoundException">No such subscription.</exception>
    /// <exception cref="ArgumentException">The name, the address or the filter is not allowed.</exception>
    Task<EventSubscription> UpdateAsync(string id, EventSubscriptionChange change, CancellationToken cancellationToken = default);

    /// <summary>Deletes a subscription and its dead letters.</summary>
    /// <exception cref="AssetNotFoundException">No such subscription.</exception>
    Task DeleteAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>The events that were given up, the last given up first; at most 1000.</summary>
    Task<IReadOnlyList<DeadLetter>> ListDeadLettersAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Sends one message now, once, by the subscription's address and secret, whether it is active or not. Nothing is recorded.</summary>
    /// <exception cref="AssetNotFoundException">No such subscription.</exception>
    Task<DeliveryAttempt> SendAsync(string id, EventMessage message, CancellationToken cancellationToken = default);
}
