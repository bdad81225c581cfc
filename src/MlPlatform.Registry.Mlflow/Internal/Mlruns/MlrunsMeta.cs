using System.Globalization;

namespace MlPlatform.Registry.Mlflow.Internal;

/// <summary>What a <c>meta.yaml</c> says.</summary>
internal sealed class MlrunsMeta(IReadOnlyDictionary<string, string> values)
{
    public string? Find(string name) => values.GetValueOrDefault(name);

    /// <exception cref="FormatException">It is missing.</exception>
    public string Require(string name) => Find(name) ?? throw new FormatException($"{MlrunsFolder.Meta} has no '{name}'.");

    /// <summary>A time in milliseconds since 1970.</summary>
    /// <exception cref="FormatException">It is no such number.</exception>
    public DateTimeOffset? FindTime(string name) =>
        Find(name) is { } text ? DateTimeOffset.UnixEpoch.AddMilliseconds(ToNumber(name, text)) : null;

    public bool IsDeleted => Find("lifecycle_stage") == "deleted";

    /// <exception cref="FormatException">It is missing, or no number.</exception>
    public long RequireNumber(string name) => ToNumber(name, Require(name));

    private static long ToNumber(string name, string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
        && number is > -62_135_596_800_000 and < 253_402_300_800_000 // The years 1 to 9999, in milliseconds.
            ? number
            : throw new FormatException(
                $"{MlrunsFolder.Meta} has '{name}: {(text.Length <= 100 ? text : text[..100])}', which is no number that could be meant."
            );
}
