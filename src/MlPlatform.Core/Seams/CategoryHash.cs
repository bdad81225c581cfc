using System.IO.Hashing;
using System.Text;

namespace MlPlatform.Core;

/// <summary>The hash that stands for a category in prediction records and profiles: XxHash3 of its UTF-8, with 0 kept for missing.</summary>
public static class CategoryHash
{
    /// <summary>Hashes a category; null gives 0, and so does the empty string, which most model runtimes cannot tell from a missing value.</summary>
    public static ulong Of(string? category)
    {
        if (string.IsNullOrEmpty(category))
        {
            return 0;
        }

        Span<byte> buffer = stackalloc byte[256];
        var hash = Encoding.UTF8.TryGetBytes(category, buffer, out var written)
            ? XxHash3.HashToUInt64(buffer[..written])
            : XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(category));
        return hash == 0 ? 1 : hash;
    }
}
