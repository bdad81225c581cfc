using System.Buffers;
using System.Globalization;

namespace MlPlatform.Core;

/// <summary>Names one asset in events, lineage and insights: text <c>kind:id</c> or <c>kind:id@vN</c>.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Id">Its name or id.</param>
/// <param name="Version">Its version, when it has versions and one is meant.</param>
public sealed record AssetRef(AssetKind Kind, string Id, int? Version = null)
{
    private static readonly SearchValues<char> Letters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    /// <summary>Reads the text form.</summary>
    /// <exception cref="FormatException">The text is not <c>kind:id</c> or its kind is unknown.</exception>
    public static AssetRef Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        // Letters only: the parser of enumerations takes numbers and lists too.
        if (
            colon <= 0
            || text.AsSpan(0, colon).ContainsAnyExcept(Letters)
            || !Enum.TryParse<AssetKind>(text[..colon], ignoreCase: true, out var kind)
        )
        {
            throw new FormatException($"'{text}' is not an asset: 'kind:id' or 'kind:id@vN' was expected.");
        }

        var id = text[(colon + 1)..];
        var at = id.LastIndexOf("@v", StringComparison.Ordinal);
        return at > 0 && int.TryParse(id.AsSpan(at + 2), NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? new(kind, id[..at], version)
            : new(kind, id);
    }

    /// <inheritdoc/>
    public override string ToString() =>
        Version is { } v ? $"{KindText(Kind)}:{Id}@v{v.ToString(CultureInfo.InvariantCulture)}" : $"{KindText(Kind)}:{Id}";

    private static string KindText(AssetKind kind)
    {
        var name = kind.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }
}
