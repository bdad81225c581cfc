namespace MlPlatform.Core.Internal;

/// <summary>The one text form of the platform's ids: 32 lower-case hexadecimal digits of a version-7 UUID.</summary>
internal static class UuidText
{
    public static Guid New(TimeProvider platformTime)
    {
        ArgumentNullException.ThrowIfNull(platformTime);
        return Guid.CreateVersion7(platformTime.GetUtcNow());
    }

    public static Guid Parse(string text, string type)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Guid.TryParseExact(text, "N", out var value)
            ? value
            : throw new FormatException($"'{text}' is not a {type}: 32 hexadecimal digits were expected.");
    }

    public static string Format(Guid value) => value.ToString("N");
}
