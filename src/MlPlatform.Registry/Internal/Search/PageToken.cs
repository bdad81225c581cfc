using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace MlPlatform.Registry.Internal;

/// <summary>The place of a page's last run in its order. Text: base64url of scope, rank, value, start time and id, separated by line feeds.</summary>
/// <remarks>Numbers travel as their bits, since infinities must survive. A text value comes last, since it may hold line feeds itself.</remarks>
internal sealed record PageToken(int Rank, double Number, string? Text, long StartTime, string Id)
{
    public static PageToken Parse(string token, string scope, bool hasText)
    {
        try
        {
            var parts = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token)).Split('\n', 6);
            if (parts.Length == 6 && string.Equals(parts[0], scope, StringComparison.Ordinal))
            {
                return new(
                    int.Parse(parts[1], CultureInfo.InvariantCulture),
                    BitConverter.Int64BitsToDouble(long.Parse(parts[2], CultureInfo.InvariantCulture)),
                    hasText ? parts[5] : null,
                    long.Parse(parts[3], CultureInfo.InvariantCulture),
                    parts[4]
                );
            }
        }
        catch (FormatException)
        {
            // Said below.
        }

        throw new InvalidRunQueryException(0, "the page token belongs to another query, or was changed.");
    }

    public string ToText(string scope) =>
        Base64Url.EncodeToString(
            Encoding.UTF8.GetBytes(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{scope}\n{Rank}\n{BitConverter.DoubleToInt64Bits(Number)}\n{StartTime}\n{Id}\n{Text}"
                )
            )
        );
}
