using System.Globalization;
using System.Text.Json.Nodes;
using MlPlatform.Registry;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>What is known of a trace, in the messages of both versions of the protocol.</summary>
internal static class TraceMessage
{
    private const string ArtifactLocation = "mlflow.artifactLocation";

    private static readonly MlflowEnum<TraceState> States = new(
        ("STATE_UNSPECIFIED", 0, TraceState.Unspecified),
        ("OK", 1, TraceState.Ok),
        ("ERROR", 2, TraceState.Error),
        ("IN_PROGRESS", 3, TraceState.InProgress)
    );

    private static readonly MlflowEnum<TraceState> Statuses = new(
        ("TRACE_STATUS_UNSPECIFIED", 0, TraceState.Unspecified),
        ("OK", 1, TraceState.Ok),
        ("ERROR", 2, TraceState.Error),
        ("IN_PROGRESS", 3, TraceState.InProgress)
    );

    public static JsonObject Of(TraceInfo trace) =>
        new JsonObject { ["trace_id"] = trace.Id }
            .With("client_request_id", trace.ClientRequestId)
            .With(
                "trace_location",
                new JsonObject
                {
                    ["type"] = "MLFLOW_EXPERIMENT",
                    ["mlflow_experiment"] = new JsonObject { ["experiment_id"] = trace.ExperimentId },
                }
            )
            .With("request_preview", trace.RequestPreview)
            .With("response_preview", trace.ResponsePreview)
            .With("request_time", trace.RequestTime.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture))
            .With(
                "execution_duration",
                trace.Duration is { } time ? $"{time.TotalSeconds.ToString("0.######", CultureInfo.InvariantCulture)}s" : null
            )
            .With("state", States.NameOf(trace.State))
            .With("trace_metadata", ToMap(trace.Metadata))
            .With("tags", ToMap(TagsOf(trace)));

    public static JsonObject OfVersion2(TraceInfo trace) =>
        new JsonObject
        {
            ["request_id"] = trace.Id,
            ["experiment_id"] = trace.ExperimentId,
            ["timestamp_ms"] = Wire.Time(trace.RequestTime),
        }
            .With("execution_time_ms", trace.Duration is { } time ? (long)time.TotalMilliseconds : null)
            .With("status", Statuses.NameOf(trace.State))
            .With("request_metadata", Wire.Pairs(trace.Metadata))
            .With("tags", Wire.Pairs(TagsOf(trace)));

    public static TraceState ReadStatus(MlflowMessage message) => message.OptionalEnum("status", Statuses) ?? TraceState.Unspecified;

    public static TraceInfo Read(MlflowMessage info)
    {
        var location = info.OptionalMessage("trace_location") ?? throw info.Missing("trace_location");
        var experiment = location.OptionalMessage("mlflow_experiment") ?? throw location.Missing("mlflow_experiment");
        return new()
        {
            Id = info.RequiredString("trace_id"),
            ExperimentId = experiment.RequiredString("experiment_id"),
            ClientRequestId = info.OptionalString("client_request_id"),
            RequestPreview = info.OptionalString("request_preview"),
            ResponsePreview = info.OptionalString("response_preview"),
            RequestTime = ReadTime(info.RequiredString("request_time")),
            Duration = info.OptionalString("execution_duration") is { Length: > 0 } duration ? ReadDuration(duration) : null,
            State = info.OptionalEnum("state", States) ?? TraceState.Unspecified,
            Metadata = info.StringMap("trace_metadata"),
            Tags = info.StringMap("tags"),
        };
    }

    /// <summary>With the one by which clients find the files; the registry says by another that the spans are in it.</summary>
    private static Dictionary<string, string> TagsOf(TraceInfo trace)
    {
        var tags = new Dictionary<string, string>(trace.Tags, StringComparer.Ordinal);
        tags.TryAdd(ArtifactLocation, ArtifactAddress.UriOf(new(ArtifactTreeId.OfTrace(trace.Id), trace.ExperimentId, IsDeleted: false)));
        return tags;
    }

    private static JsonObject? ToMap(IReadOnlyDictionary<string, string> pairs) =>
        pairs.Count == 0
            ? null
            : new(pairs.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value)));

    private static DateTimeOffset ReadTime(string text)
    {
        const DateTimeStyles Styles = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;

        // Nanoseconds are one digit triple more than a date has here.
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        var end = dot < 0 ? -1 : text.AsSpan(dot + 1).IndexOfAnyExceptInRange('0', '9');
        var shorter = end > 7 ? text.Remove(dot + 8, end - 7) : text;
        return DateTimeOffset.TryParse(shorter, CultureInfo.InvariantCulture, Styles, out var time)
            ? time
            : throw MlflowException.InvalidParameter(
                $"Invalid value '{text}' for parameter 'request_time' supplied: a time as in RFC 3339 was expected."
            );
    }

    private static TimeSpan ReadDuration(string text) =>
        text.EndsWith('s')
        && decimal.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
        && seconds <= 315_576_000_000 // The most that the message holds.
            ? TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond))
            : throw MlflowException.InvalidParameter(
                $"Invalid value '{text}' for parameter 'execution_duration' supplied: seconds as '1.5s' were expected."
            );
}
