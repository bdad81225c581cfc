using System.Text.Json;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>Rows in a package's JSON files: objects of column name to number, bool, text, null, or array of numbers.</summary>
internal static class SampleRows
{
    public static JsonDocument Parse(string path, byte[] bytes)
    {
        try
        {
            var document = JsonDocument.Parse(bytes);
            if (document.RootElement.ValueKind == JsonValueKind.Array)
            {
                return document;
            }

            document.Dispose();
            throw new InvalidModelPackageException($"File '{path}' is not a JSON array of rows.");
        }
        catch (JsonException e)
        {
            throw new InvalidModelPackageException($"File '{path}' is not valid JSON: {e.Message}", e);
        }
    }

    public static void Write(string path, JsonElement row, RequestBuffer buffer)
    {
        for (var i = 0; i < buffer.Layout.Columns.Count; i++)
        {
            var slot = buffer.Layout.Columns[i];
            if (Find(path, row, slot) is { } value)
            {
                Write(path, value, slot, i, buffer);
            }
            else
            {
                Clear(slot, i, buffer);
            }
        }
    }

    /// <summary>The first difference between an expected row and an output, or null. Columns that the row does not have are not compared.</summary>
    public static string? Compare(string path, JsonElement row, RequestBuffer buffer, double tolerance)
    {
        for (var i = 0; i < buffer.Layout.Columns.Count; i++)
        {
            var slot = buffer.Layout.Columns[i];
            if (Find(path, row, slot) is not { } value)
            {
                continue;
            }

            if (slot.IsText)
            {
                var text = buffer.Text(i, 0);
                if (value.ValueKind != JsonValueKind.String || !string.Equals(value.GetString(), text, StringComparison.Ordinal))
                {
                    return $"{slot.Column.Name} is '{text}', expected {value.GetRawText()}";
                }

                continue;
            }

            for (var e = 0; e < slot.Elements; e++)
            {
                var expected = Number(path, Element(path, value, slot, e), slot);
                var actual = buffer.GetNumber(i, 0, e);
                if (
                    !(Math.Abs(expected - actual) <= tolerance * Math.Max(1, Math.Abs(expected)))
                    && !(double.IsNaN(expected) && double.IsNaN(actual))
                )
                {
                    return FormattableString.Invariant($"{slot.Column.Name} is {actual:R}, expected {expected:R}");
                }
            }
        }

        return null;
    }

    private static void Write(string path, JsonElement value, ColumnSlot slot, int column, RequestBuffer buffer)
    {
        if (slot.IsText)
        {
            buffer.Text(column, 0) = value.ValueKind == JsonValueKind.String ? value.GetString() : throw Wrong(path, slot, value);
            return;
        }

        for (var e = 0; e < slot.Elements; e++)
        {
            buffer.SetNumber(column, 0, e, Number(path, Element(path, value, slot, e), slot));
        }
    }

    private static void Clear(ColumnSlot slot, int column, RequestBuffer buffer)
    {
        for (var e = 0; e < slot.Elements; e++)
        {
            if (slot.IsText)
            {
                buffer.Text(column, 0, e) = null;
            }
            else
            {
                buffer.SetNumber(column, 0, e, double.NaN);
            }
        }
    }

    private static JsonElement? Find(string path, JsonElement row, ColumnSlot slot) =>
        row.ValueKind != JsonValueKind.Object
            ? throw new InvalidModelPackageException($"File '{path}': a row is {row.ValueKind}, not an object.")
        : row.TryGetProperty(slot.Column.Name, out var value) && value.ValueKind != JsonValueKind.Null ? value
        : null;

    private static JsonElement Element(string path, JsonElement value, ColumnSlot slot, int index) =>
        value.ValueKind != JsonValueKind.Array && slot.Elements == 1 ? value
        : value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == slot.Elements ? value[index]
        : throw Wrong(path, slot, value);

    private static double Number(string path, JsonElement value, ColumnSlot slot) =>
        value.ValueKind switch
        {
            JsonValueKind.Number => value.GetDouble(),
            JsonValueKind.True => 1,
            JsonValueKind.False => 0,
            JsonValueKind.String when value.ValueEquals("NaN") => double.NaN,
            _ => throw Wrong(path, slot, value),
        };

    private static InvalidModelPackageException Wrong(string path, ColumnSlot slot, JsonElement value) =>
        new($"File '{path}': {value.GetRawText()} is no value of column '{slot.Column}'.");
}
