using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace MlPlatform.Core;

/// <summary>Names a model version directly (<c>name@v3</c>) or through an alias (<c>name@champion</c>).</summary>
public sealed record ModelReference
{
    private ModelReference(string name, string? alias, int? version)
    {
        Name = name;
        Alias = alias;
        Version = version;
    }

    /// <summary>The registered model's name.</summary>
    public string Name { get; }

    /// <summary>The alias, when the reference goes through one.</summary>
    public string? Alias { get; }

    /// <summary>The version number (1, 2, ...), when the reference is direct.</summary>
    public int? Version { get; }

    /// <summary>A reference through an alias.</summary>
    public static ModelReference ByAlias(string name, string alias) => new(CheckName(name), CheckName(alias), null);

    /// <summary>A direct reference.</summary>
    public static ModelReference ByVersion(string name, int version)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(version, 1);
        return new(CheckName(name), null, version);
    }

    /// <summary>Reads <c>name@alias</c> or <c>name@vN</c>.</summary>
    /// <exception cref="FormatException">The text has no <c>@</c>, or an empty side.</exception>
    public static ModelReference Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var at = text.LastIndexOf('@');
        if (at <= 0 || at == text.Length - 1)
        {
            throw new FormatException($"'{text}' is not a model reference: 'name@alias' or 'name@v3' was expected.");
        }

        var name = text[..at];
        var tail = text[(at + 1)..];
        return
            tail[0] == 'v' && int.TryParse(tail.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var version) && version > 0
            ? ByVersion(name, version)
            : ByAlias(name, tail);
    }

    /// <summary>
    /// Whether a text can be set as an alias: 1 to 255 of <c>A-Z a-z 0-9 _ -</c>, not <c>latest</c> in any case and not <c>v</c> followed by digits, which would
    /// read as a version.
    /// </summary>
    /// <param name="text">The text; may be null.</param>
    public static bool IsAlias([NotNullWhen(true)] string? text) =>
        text is { Length: >= 1 and <= 255 }
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-')
        && !string.Equals(text, "latest", StringComparison.OrdinalIgnoreCase)
        && !(text is ['v' or 'V', _, ..] && text.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0);

    /// <inheritdoc/>
    public override string ToString() =>
        Alias is not null ? $"{Name}@{Alias}" : string.Create(CultureInfo.InvariantCulture, $"{Name}@v{Version}");

    private static string CheckName(string value)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(value);
        return value;
    }
}
