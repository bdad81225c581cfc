namespace MlPlatform.Core.Internal;

/// <summary>The formats by name.</summary>
internal sealed class EventFormats(IEnumerable<IEventFormat> formats)
{
    private readonly Dictionary<string, IEventFormat> formats = formats.ToDictionary(f => f.Name, StringComparer.Ordinal);

    /// <exception cref="ArgumentException">There is no such format.</exception>
    public IEventFormat Get(string name) =>
        formats.GetValueOrDefault(name)
        ?? throw new ArgumentException(
            $"There is no format '{name}'; there are {string.Join(", ", formats.Keys.Order(StringComparer.Ordinal))}.",
            nameof(name)
        );
}
