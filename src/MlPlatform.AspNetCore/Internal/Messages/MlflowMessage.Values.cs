using System.Globalization;
using System.Text.Json;

namespace MlPlatform.AspNetCore.Internal;

internal partial class MlflowMessage
{
    private string ReadString(JsonElement value, string field)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            throw Wrong(field, "a text", value);
        }

        try
        {
            var text = value.GetString()!;

            // PostgreSQL keeps no NUL in a text, and nobody means one.
            return text.Contains('\0', StringComparison.Ordinal) ? throw Wrong(field, "a text without NUL", value) : text;
        }
        catch (InvalidOperationException)
        {
            throw Wrong(field, "a text of whole characters", value); // Half of a surrogate pair.
        }
    }

    private string ReadName(JsonProperty property, string field)
    {
        var name = property.Name; // Readable: the reader has looked for duplicates.
        return name.Contains('\0', StringComparison.Ordinal)
            ? throw MlflowException.InvalidParameter($"A key of parameter '{path}{field}' has a NUL.")
            : name;
    }

    private long ReadInt64(JsonElement value, string field) => ReadInt64OrNull(value) ?? throw Wrong(field, "a whole number", value);

    /// <summary>A number or text; <c>1.0</c> and <c>1e3</c> are whole too.</summary>
    private static long? ReadInt64OrNull(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Number)
        {
            return value.TryGetInt64(out var number) ? number
                : value.TryGetDecimal(out var exact) && decimal.IsInteger(exact) && exact is >= long.MinValue and <= long.MaxValue
                    ? (long)exact
                : null;
        }

        return
            value.ValueKind == JsonValueKind.String
            && !HasEscape(value)
            && long.TryParse(value.GetString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var parsed)
            ? parsed
            : null;
    }

    /// <summary>A number, or text: a number, <c>NaN</c>, <c>Infinity</c>, <c>-Infinity</c>.</summary>
    private double ReadDouble(JsonElement value, string field)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number))
        {
            return number;
        }

        if (value.ValueKind == JsonValueKind.String && !HasEscape(value))
        {
            switch (value.GetString())
            {
                case "NaN":
                    return double.NaN;
                case "Infinity":
                    return double.PositiveInfinity;
                case "-Infinity":
                    return double.NegativeInfinity;
                case { } text
                    when double.TryParse(
                        text,
                        NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
                        CultureInfo.InvariantCulture,
                        out number
                    ) && double.IsFinite(number):
                    return number;
                default:
                    break;
            }
        }

        throw Wrong(field, "a number", value);
    }

    /// <summary>No number is written with escapes, and half of a surrogate pair cannot be read as text.</summary>
    private static bool HasEscape(JsonElement value) => value.GetRawText().Contains('\\', StringComparison.Ordinal);
}
