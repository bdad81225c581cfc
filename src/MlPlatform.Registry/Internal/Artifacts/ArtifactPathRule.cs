using System.Buffers;
using System.Text;

namespace MlPlatform.Registry.Internal;

/// <summary>The one rule for the paths of files. It is stricter than any single file system, since a tree written here may be read on another.</summary>
internal static class ArtifactPathRule
{
    private static readonly SearchValues<char> Refused = SearchValues.Create([
        .. Enumerable.Range(0, 0xA0).Select(c => (char)c).Where(c => char.IsControl(c) || c is '\\' or ':'),
    ]);

    // Not the other control characters: they lead nowhere, and MLflow names images "step%100%timestamp%1795...", where "%10" and "%17" look like some.
    private static readonly SearchValues<char> RefusedWhenHidden = SearchValues.Create("/\\:\0");

    private static readonly HashSet<string> Devices = new(
        ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", .. "0123456789¹²³".SelectMany(digit => new[] { $"COM{digit}", $"LPT{digit}" })],
        StringComparer.OrdinalIgnoreCase
    );

    public static string? FindProblem(string? path)
    {
        if (string.IsNullOrEmpty(path))
        {
            return "it is empty, which would be the root itself";
        }

        if (path.Length > 1024)
        {
            return $"it has {path.Length} characters; at most 1024 are allowed";
        }

        if (path.AsSpan().ContainsAny(Refused))
        {
            return "it has a '\\', a ':' or a control character";
        }

        return path.Split('/').Select(FindProblemOfSegment).FirstOrDefault(p => p is not null);
    }

    private static string? FindProblemOfSegment(string segment) =>
        segment switch
        {
            "" => "it has an empty segment; it must be relative and without a '/' at its end",
            "." or ".." => "it has a segment '.' or '..'",
            _ when segment[^1] is '.' or ' ' => $"segment '{segment}' ends with a dot or a space",
            _ when !IsValidUnicode(segment) => "it has half of a surrogate pair",
            _ when Encoding.UTF8.GetByteCount(segment) > 255 => "it has a segment of more than 255 bytes",
            _ when Devices.Contains(segment.Split('.')[0].TrimEnd(' ')) => $"segment '{segment}' is the name of a device",
            _ when HidesMore(segment) => $"segment '{segment}' holds '/', '\\', ':', '..' or NUL, encoded once more",
            _ => null,
        };

    private static bool IsValidUnicode(string segment)
    {
        var rest = segment.AsSpan();
        while (!rest.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(rest, out _, out var length) != OperationStatus.Done)
            {
                return false;
            }

            rest = rest[length..];
        }

        return true;
    }

    /// <summary>Whether a reader that decodes again, however often, would see something else than a plain name.</summary>
    private static bool HidesMore(string segment)
    {
        while (segment.Contains('%', StringComparison.Ordinal))
        {
            var decoded = Uri.UnescapeDataString(segment);
            if (string.Equals(decoded, segment, StringComparison.Ordinal))
            {
                return false;
            }

            if (decoded is "." or ".." || decoded.AsSpan().ContainsAny(RefusedWhenHidden))
            {
                return true;
            }

            segment = decoded; // Each round is shorter, so this ends.
        }

        return false;
    }
}
