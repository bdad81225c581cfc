using System.Globalization;

namespace MlPlatform.Features.DuckDb.Internal;

/// <summary>Writes names and values so that no text of a caller is read as SQL.</summary>
internal static class Sql
{
    public static string Name(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    public static string Text(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>The least 64-bit integer has no literal of its own type: its digits without the sign are one too large.</summary>
    public static string Number(long number) => $"CAST('{number.ToString(CultureInfo.InvariantCulture)}' AS BIGINT)";

    public static long Micros(TimeSpan span) => span.Ticks / TimeSpan.TicksPerMicrosecond;

    public static string List(int count, Func<int, string> item) => string.Join(", ", Enumerable.Range(0, count).Select(item));

    public static string Both(int count, Func<int, string> item) => string.Join(" AND ", Enumerable.Range(0, count).Select(item));
}
