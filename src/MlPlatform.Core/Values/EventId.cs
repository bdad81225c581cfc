using MlPlatform.Core.Internal;

namespace MlPlatform.Core;

/// <summary>Identifies a row of the event log: a version-7 UUID made from platform time.</summary>
/// <remarks>Text form: 32 lower-case hexadecimal digits. The default value identifies nothing.</remarks>
/// <param name="Value">The UUID.</param>
public readonly record struct EventId(Guid Value)
{
    /// <summary>Makes an id that sorts by the time of <paramref name="platformTime"/>.</summary>
    public static EventId New(TimeProvider platformTime) => new(UuidText.New(platformTime));

    /// <summary>Reads the 32-digit text form.</summary>
    /// <exception cref="FormatException">The text is not 32 hexadecimal digits.</exception>
    public static EventId Parse(string text) => new(UuidText.Parse(text, nameof(EventId)));

    /// <inheritdoc/>
    public override string ToString() => UuidText.Format(Value);
}
