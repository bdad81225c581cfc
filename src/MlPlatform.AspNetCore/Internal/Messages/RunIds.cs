using System.Buffers;
using MlPlatform.Core;

namespace MlPlatform.AspNetCore.Internal;

internal static class RunIds
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    /// <summary>Reads the id of a run; null when this server would not give such a one.</summary>
    public static RunId? TryParse(string text) => text.Length == 32 && !text.AsSpan().ContainsAnyExcept(Digits) ? RunId.Parse(text) : null;

    /// <summary>Reads the id of a run. One that this server would not give, such as another server's, is of a run that does not exist here.</summary>
    public static RunId Parse(string text) =>
        TryParse(text)
        ?? throw new AssetNotFoundException(new(AssetKind.Run, text), "An id of a run has 32 lower-case hexadecimal digits.");
}
