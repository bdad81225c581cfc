using System.Globalization;
using System.Text.Json;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>A message of MLflow's protocol as it came in: typed access to its fields, and errors that name the field.</summary>
/// <remarks>
/// Fields that are not asked for are ignored; null counts as unset. A number may come as text, a query's list as a single value. Nothing here throws
/// anything but <see cref="MlflowException"/>, whatever came in.
/// </remarks>
internal partial class MlflowMessage(JsonElement fields, string path = "", bool isQuery = false)
{
    /// <summary>How many items a list may have unless said.</summary>
    public const int DefaultCount = 1000;

    public bool Has(string field) => Find(field) is not null;

    public string? OptionalString(string field) => Find(field) is { } value ? ReadString(value, field) : null;

    /// <summary>A text that is set and not empty.</summary>
    public string RequiredString(string field) => OptionalString(field) is { Length: > 0 } text ? text : throw Missing(field);

    public long? OptionalInt64(string field) => Find(field) is { } value ? ReadInt64(value, field) : null;

    public long RequiredInt64(string field) => OptionalInt64(field) ?? throw Missing(field);

    /// <summary>How many results to give: 1 to <paramref name="maximum"/>.</summary>
    public int Limit(string field, int fallback, int maximum)
    {
        var value = OptionalInt64(field) ?? fallback;
        return value >= 1 && value <= maximum
            ? (int)value
            : throw MlflowException.InvalidParameter(
                $"Invalid value {value} for parameter '{path}{field}' supplied: 1 to {maximum} is allowed."
            );
    }

    public double? OptionalDouble(string field) => Find(field) is { } value ? ReadDouble(value, field) : null;

    public double RequiredDouble(string field) => OptionalDouble(field) ?? throw Missing(field);

    public bool? OptionalBoolean(string field) =>
        Find(field) is not { } value ? null
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : isQuery && bool.TryParse(ReadString(value, field), out var parsed) ? parsed
        : throw Wrong(field, "true or false", value);

    /// <summary>An enumeration by its name or its number.</summary>
    public T? OptionalEnum<T>(string field, MlflowEnum<T> members)
        where T : struct, Enum
    {
        if (Find(field) is not { } value)
        {
            return null;
        }

        var found =
            value.ValueKind == JsonValueKind.String && members.Find(ReadString(value, field)) is { } named
                ? named
                : members.Find(ReadInt64OrNull(value) ?? -1);
        return found ?? throw Wrong(field, $"one of {members.Names}", value);
    }

    public IReadOnlyList<string> Strings(string field, int maximum = DefaultCount) =>
        Find(field) switch
        {
            null => [],
            { ValueKind: JsonValueKind.String } single when isQuery => [ReadString(single, field)],
            { } list => [.. Items(list, field, maximum).Select((item, i) => ReadString(item, $"{field}[{i}]"))],
        };

    public IReadOnlyList<MlflowMessage> Messages(string field, int maximum = DefaultCount) =>
        Find(field) is { } list ? [.. Items(list, field, maximum).Select((item, i) => Nested(item, $"{field}[{i}]"))] : [];

    /// <summary>An object whose values are texts.</summary>
    public IReadOnlyDictionary<string, string> StringMap(string field, int maximum = DefaultCount)
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        if (Find(field) is not { } value)
        {
            return map;
        }

        if (value.ValueKind != JsonValueKind.Object || value.GetPropertyCount() > maximum)
        {
            throw Wrong(field, $"an object of at most {maximum} texts", value);
        }

        foreach (var pair in value.EnumerateObject())
        {
            map[ReadName(pair, field)] = ReadString(pair.Value, field);
        }

        return map;
    }

    public MlflowMessage? OptionalMessage(string field) => Find(field) is { } value ? Nested(value, field) : null;

    /// <summary>The error for a field that is not set.</summary>
    public MlflowException Missing(string field) =>
        MlflowException.InvalidParameter($"Missing value for required parameter '{path}{field}'.");

    private JsonElement? Find(string field) =>
        fields.TryGetProperty(field, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private MlflowMessage Nested(JsonElement value, string field) =>
        value.ValueKind == JsonValueKind.Object ? new(value, $"{path}{field}.") : throw Wrong(field, "an object", value);

    private JsonElement.ArrayEnumerator Items(JsonElement list, string field, int maximum)
    {
        if (list.ValueKind != JsonValueKind.Array)
        {
            throw Wrong(field, "a list", list);
        }

        return list.GetArrayLength() <= maximum
            ? list.EnumerateArray()
            : throw MlflowException.InvalidParameter(
                $"Invalid value for parameter '{path}{field}' supplied: it has {list.GetArrayLength()} items; at most {maximum} are allowed."
            );
    }

    private MlflowException Wrong(string field, string expected, JsonElement found) =>
        MlflowException.InvalidParameter(
            string.Create(
                CultureInfo.InvariantCulture,
                $"Invalid value {Describe(found)} for parameter '{path}{field}' supplied: {expected} was expected."
            )
        );

    private static string Describe(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Object => "(an object)",
            JsonValueKind.Array => "(a list)",
            _ when value.GetRawText() is { Length: <= 100 } text => text,
            _ => "(something long)",
        };
}
