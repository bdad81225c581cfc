using System.Text.Json;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>Rows in a package's JSON files: objects of column name to number, bool, text, null, or array of them, or of arrays.</summary>
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

            var count = buffer.ElementsOf(i);
            var given = Elements(value);
            if (given.Count != count)
            {
                return slot.Elements == 0
                    ? FormattableString.Invariant($"{slot.Column.Name} has {count} elements, expected {given.Count}")
                    : throw Wrong(path, slot, value);
            }

            for (var e = 0; e < count; e++)
            {
                if (Difference(path, given[e], slot, buffer, i, e, tolerance) is { } difference)
                {
                    return difference;
                }
            }
        }

        return null;
    }

    /// <summary>The layout of a row, where shapes differ from row to row.</summary>
    /// <exception cref="InvalidModelPackageException">A value has a shape that the model does not take.</exception>
    public static BufferLayout LayoutOf(string path, JsonElement row, BufferLayout layout)
    {
        if (!layout.IsVariable)
        {
            return layout;
        }

        try
        {
            return layout.With(i => ShapeOf(path, row, layout.Tensors[i], layout.Columns.First(c => c.Tensor == i)), int.MaxValue);
        }
        catch (PredictionInputException e)
        {
            throw new InvalidModelPackageException($"File '{path}': {e.Message}", e);
        }
    }

    /// <summary>The shape of arrays in arrays, or of one array where that leaves only one dimension open.</summary>
    private static List<long> ShapeOf(string path, JsonElement row, TensorSlot tensor, ColumnSlot slot)
    {
        var value =
            Find(path, row, slot)
            ?? throw new InvalidModelPackageException($"File '{path}': a row needs '{slot.Column}', whose shape varies.");
        var shape = new List<long> { 1 };
        for (var inner = value; inner.ValueKind == JsonValueKind.Array; inner = inner[0])
        {
            shape.Add(inner.GetArrayLength());
            if (shape[^1] == 0)
            {
                break;
            }
        }

        var isFlat = shape.Count == 2 && tensor.OpenDimensions == 1;
        return shape.Count == tensor.Dimensions.Length && tensor.Dimensions.Zip(shape).All(p => p.First < 0 || p.First == p.Second) ? shape
            : isFlat ? [.. tensor.ShapeOf((int)shape[1])]
            : throw Wrong(path, slot, value);
    }

    private static string? Difference(
        string path,
        JsonElement value,
        ColumnSlot slot,
        RequestBuffer buffer,
        int column,
        int element,
        double tolerance
    )
    {
        if (slot.IsText)
        {
            var text = buffer.Text(column, 0, element);
            return value.ValueKind == JsonValueKind.String && string.Equals(value.GetString(), text, StringComparison.Ordinal)
                ? null
                : $"{slot.Column.Name} is '{text}', expected {value.GetRawText()}";
        }

        var expected = Number(path, value, slot);
        var actual = buffer.GetNumber(column, 0, element);
        return
            Math.Abs(expected - actual) <= tolerance * Math.Max(1, Math.Abs(expected)) || (double.IsNaN(expected) && double.IsNaN(actual))
            ? null
            : FormattableString.Invariant($"{slot.Column.Name} is {actual:R}, expected {expected:R}");
    }

    private static void Write(string path, JsonElement value, ColumnSlot slot, int column, RequestBuffer buffer)
    {
        var elements = Elements(value);
        if (elements.Count != slot.Elements)
        {
            throw Wrong(path, slot, value);
        }

        for (var e = 0; e < elements.Count; e++)
        {
            if (slot.IsText)
            {
                buffer.Text(column, 0, e) =
                    elements[e].ValueKind == JsonValueKind.String ? elements[e].GetString() : throw Wrong(path, slot, value);
            }
            else
            {
                buffer.SetNumber(column, 0, e, Number(path, elements[e], slot));
            }
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

    /// <summary>A value, or the values of an array and of the arrays in it, one after another.</summary>
    private static List<JsonElement> Elements(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().SelectMany(Elements)] : [value];

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
