namespace MlPlatform.AspNetCore.Internal;

/// <summary>Reads numbers of few digits, as most elements of a tensor are, in a fraction of the time that any number takes.</summary>
/// <remarks>
/// Exact: whole numbers up to 2^24 (single) or 2^53 (double) and powers of ten up to 10^10 or 10^22 are numbers of their type, and a division rounds
/// once (W. Clinger, "How to read floating point numbers accurately", 1990).
/// </remarks>
internal static class ShortNumber
{
    private const ulong LargestSingle = 1UL << 24;
    private const ulong LargestDouble = 1UL << 53;
    private const int MostDigits = 18; // No more than fit into 64 bits.
    private static readonly float[] SinglePowers = [1e0f, 1e1f, 1e2f, 1e3f, 1e4f, 1e5f, 1e6f, 1e7f, 1e8f, 1e9f, 1e10f];

    private static readonly double[] DoublePowers =
    [
        1e0,
        1e1,
        1e2,
        1e3,
        1e4,
        1e5,
        1e6,
        1e7,
        1e8,
        1e9,
        1e10,
        1e11,
        1e12,
        1e13,
        1e14,
        1e15,
        1e16,
        1e17,
    ];

    /// <param name="text">A number as JSON writes it.</param>
    /// <param name="value">The number.</param>
    /// <returns>False for one that has an exponent or too many digits.</returns>
    public static bool TryRead(ReadOnlySpan<byte> text, out float value)
    {
        if (
            !TrySplit(text, out var isNegative, out var digits, out var decimals)
            || digits > LargestSingle
            || decimals >= SinglePowers.Length
        )
        {
            value = 0;
            return false;
        }

        value = digits / SinglePowers[decimals];
        value = isNegative ? -value : value;
        return true;
    }

    /// <inheritdoc cref="TryRead(ReadOnlySpan{byte}, out float)"/>
    public static bool TryRead(ReadOnlySpan<byte> text, out double value)
    {
        if (!TrySplit(text, out var isNegative, out var digits, out var decimals) || digits > LargestDouble)
        {
            value = 0;
            return false;
        }

        value = digits / DoublePowers[decimals];
        value = isNegative ? -value : value;
        return true;
    }

    /// <summary>The number as a whole one, and how many of its digits are behind the point.</summary>
    private static bool TrySplit(ReadOnlySpan<byte> text, out bool isNegative, out ulong digits, out int decimals)
    {
        isNegative = text is [(byte)'-', ..];
        (digits, decimals) = (0, 0);
        var point = -1;
        var start = isNegative ? 1 : 0;
        if (text.Length - start > MostDigits)
        {
            return false;
        }

        for (var i = start; i < text.Length; i++)
        {
            var digit = (uint)(text[i] - '0');
            if (digit <= 9)
            {
                digits = (digits * 10) + digit;
            }
            else if (text[i] == '.')
            {
                point = i; // The only one: the text is a number.
            }
            else
            {
                return false;
            }
        }

        decimals = point < 0 ? 0 : text.Length - point - 1;
        return true;
    }
}
