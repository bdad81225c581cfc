namespace MlPlatform.Core;

/// <summary>How events are said to a receiver. Registered as a service, one for each name.</summary>
/// <remarks>Thread-safe.</remarks>
public interface IEventFormat
{
    /// <summary>Its name, unique.</summary>
    string Name { get; }

    /// <summary>The headers of its messages.</summary>
    EventHeaders Headers { get; }

    /// <summary>The types of events that a filter asks for; null for every type.</summary>
    /// <exception cref="ArgumentException">The filter says what this format does not know.</exception>
    IReadOnlyCollection<string>? GetTypes(IReadOnlyList<string> filter);

    /// <summary>Says an event; null when the filter does not ask for it.</summary>
    ValueTask<EventMessage?> FormatAsync(EventRecord record, IReadOnlyList<string> filter, CancellationToken cancellationToken = default);
}
