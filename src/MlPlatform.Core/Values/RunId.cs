using MlPlatform.Core.Internal;

namespace MlPlatform.Core;

/// <summary>Identifies a run of an experiment: a version-7 UUID made from platform time.</summary>
/// <remarks>Text form: 32 lower-case hexadecimal digits. The default value is no run.</remarks>
/// <param name="Value">The UUID.</param>
public readonly record struct RunId(Guid Value)
{
    /// <summary>Makes an id that sorts by the time of <paramref name="platformTime"/>.</summary>
    public static RunId New(TimeProvider platformTime) => new(UuidText.New(platformTime));

    /// <summary>Reads the 32-digit text form.</summary>
    /// <exception cref="FormatException">The text is not 32 hexadecimal digits.</exception>
    public static RunId Parse(string text) => new(UuidText.Parse(text, nameof(RunId)));

    /// <inheritdoc/>
    public override string ToString() => UuidText.Format(Value);
}
