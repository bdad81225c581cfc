using System.Globalization;
using System.Text.Json.Nodes;
using MlPlatform.Registry;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>What many messages have in common.</summary>
internal static class Wire
{
    /// <summary>The last millisecond of the last year that a date can have.</summary>
    private const long LastTime = 253_402_300_799_999;

    public static readonly MlflowEnum<RunStatus> RunStatuses = new(
        ("RUNNING", 1, RunStatus.Running),
        ("SCHEDULED", 2, RunStatus.Scheduled),
        ("FINISHED", 3, RunStatus.Finished),
        ("FAILED", 4, RunStatus.Failed),
        ("KILLED", 5, RunStatus.Killed)
    );

    public static readonly MlflowEnum<LoggedModelStatus> ModelStatuses = new(
        ("LOGGED_MODEL_PENDING", 1, LoggedModelStatus.Pending),
        ("LOGGED_MODEL_READY", 2, LoggedModelStatus.Ready),
        ("LOGGED_MODEL_UPLOAD_FAILED", 3, LoggedModelStatus.UploadFailed)
    );

    public static long Time(DateTimeOffset time) => time.ToUnixTimeMilliseconds();

    public static DateTimeOffset? OptionalTime(this MlflowMessage message, string field) =>
        message.OptionalInt64(field) is { } time ? ToTime(time, field) : null;

    /// <summary>A time that bounds others: clients send more than any date can be and mean all.</summary>
    public static DateTimeOffset? OptionalLimitInTime(this MlflowMessage message, string field) =>
        message.OptionalInt64(field) is { } time ? ToTime(Math.Min(time, LastTime), field) : null;

    public static DateTimeOffset RequiredTime(this MlflowMessage message, string field) => ToTime(message.RequiredInt64(field), field);

    public static string Lifecycle(DateTimeOffset? deletedAt) => deletedAt is null ? "active" : "deleted";

    /// <summary>A list of <c>{key, value}</c>, in ordinal order of keys.</summary>
    public static JsonArray? Pairs(IReadOnlyDictionary<string, string> pairs) =>
        JsonReply.List(
            pairs
                .OrderBy(p => p.Key, StringComparer.Ordinal)
                .Select(JsonNode (p) => new JsonObject { ["key"] = p.Key, ["value"] = p.Value })
        );

    /// <summary>Pairs as they came. A value that is not set is the empty text, as in the protocol.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Pairs(
        this MlflowMessage message,
        string field,
        int maximum = MlflowMessage.DefaultCount
    ) =>
        [
            .. message
                .Messages(field, maximum)
                .Select(p => KeyValuePair.Create(p.RequiredString("key"), p.OptionalString("value") ?? string.Empty)),
        ];

    /// <summary>Pairs by key; of two with one key the last holds.</summary>
    public static IReadOnlyDictionary<string, string> Map(
        this MlflowMessage message,
        string field,
        int maximum = MlflowMessage.DefaultCount
    )
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in message.Pairs(field, maximum))
        {
            map[key] = value;
        }

        return map;
    }

    /// <summary>A version is a text on the wire.</summary>
    public static string Number(int version) => version.ToString(CultureInfo.InvariantCulture);

    public static int RequiredVersion(this MlflowMessage message) =>
        int.TryParse(message.RequiredString("version"), NumberStyles.None, CultureInfo.InvariantCulture, out var version) && version > 0
            ? version
            : throw MlflowException.InvalidParameter(
                $"Parameter 'version' must be an integer, got '{message.OptionalString("version")}'. Versions count from 1."
            );

    /// <summary>Whether a path has pieces that would lead elsewhere, in any spelling.</summary>
    public static bool HasTraversal(string uri)
    {
        var decoded = uri;
        for (var i = 0; i < 3; i++)
        {
            decoded = Uri.UnescapeDataString(decoded);
        }

        return decoded.Contains('\0', StringComparison.Ordinal) || decoded.Split('/', '\\').Any(s => s.Trim() is "..");
    }

    private static DateTimeOffset ToTime(long milliseconds, string field)
    {
        return milliseconds is >= 0 and <= LastTime
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : throw MlflowException.InvalidParameter(
                $"Invalid value {milliseconds} for parameter '{field}' supplied: milliseconds since 1970 were expected."
            );
    }
}
