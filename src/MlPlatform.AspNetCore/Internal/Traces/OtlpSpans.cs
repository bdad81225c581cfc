using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using MlPlatform.AspNetCore.Internal.Otlp;
using MlPlatform.Registry;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Spans as OTLP has them, as the registry keeps them, and as MLflow's clients read them.</summary>
internal static class OtlpSpans
{
    /// <summary>A value within values so deep is no value that anyone logged; each level is two messages.</summary>
    private const int MaximumDepth = 40;
    private const string RequestId = "mlflow.traceRequestId";
    private const string Inputs = "mlflow.spanInputs";
    private const string Outputs = "mlflow.spanOutputs";

    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithPreserveProtoFieldNames(true));

    /// <summary>The spans of a request to export.</summary>
    /// <exception cref="MlflowException">The bytes are no such request, or a span lacks what every span has.</exception>
    public static IReadOnlyList<TraceSpan> Read(byte[] request)
    {
        try
        {
            // The request to export has the one field that this message has.
            using var stream = new MemoryStream(request, writable: false);
            using var input = CodedInputStream.CreateWithLimits(stream, request.Length + 1, MaximumDepth);
            var spans = TracesData.Parser.ParseFrom(input).ResourceSpans.SelectMany(r => r.ScopeSpans).SelectMany(s => s.Spans);
            return [.. spans.Select(ToSpan)];
        }
        catch (InvalidProtocolBufferException e)
        {
            throw MlflowException.InvalidParameter($"The body is not an OTLP request to export traces: {e.Message}");
        }
    }

    /// <summary>The span in protobuf's JSON, as the replies of the protocol hold it.</summary>
    public static JsonNode ToMessage(TraceSpan span) =>
        JsonNode.Parse(Formatter.Format(Parse(span)), documentOptions: new JsonDocumentOptions { MaxDepth = 256 })!;

    /// <summary>The span as clients keep it in files.</summary>
    public static JsonObject ToFile(TraceSpan kept)
    {
        var span = Parse(kept);
        var attributes = ToMap(span.Attributes, v => JsonValue.Create(ToJson(v)?.ToJsonString() ?? "null"));
        if (!attributes.ContainsKey(RequestId))
        {
            attributes[RequestId] = JsonReply.Quote(kept.TraceId);
        }

        return new()
        {
            ["trace_id"] = span.TraceId.ToBase64(),
            ["span_id"] = span.SpanId.ToBase64(),
            ["parent_span_id"] = span.ParentSpanId.IsEmpty ? null : span.ParentSpanId.ToBase64(),
            ["name"] = span.Name,
            ["start_time_unix_nano"] = span.StartTimeUnixNano,
            ["end_time_unix_nano"] = span.EndTimeUnixNano == 0 ? null : span.EndTimeUnixNano,
            ["events"] = new JsonArray([
                .. span.Events.Select(e => new JsonObject
                {
                    ["name"] = e.Name,
                    ["time_unix_nano"] = e.TimeUnixNano,
                    ["attributes"] = ToMap(e.Attributes, ToJson),
                }),
            ]),
            ["status"] = new JsonObject
            {
                ["code"] = (span.Status?.Code ?? Status.Types.StatusCode.Unset) switch
                {
                    Status.Types.StatusCode.Ok => "STATUS_CODE_OK",
                    Status.Types.StatusCode.Error => "STATUS_CODE_ERROR",
                    _ => "STATUS_CODE_UNSET",
                },
                ["message"] = span.Status?.Message ?? string.Empty,
            },
            ["attributes"] = attributes,
        };
    }

    private static Span Parse(TraceSpan span) => Span.Parser.ParseFrom(span.Content.Span);

    private static TraceSpan ToSpan(Span span)
    {
        if (span.TraceId.Length != 16 || span.SpanId.Length != 8 || span.ParentSpanId.Length is not (0 or 8))
        {
            throw MlflowException.InvalidParameter(
                $"A span has ids of {span.TraceId.Length}, {span.SpanId.Length} and {span.ParentSpanId.Length} bytes; 16, 8 and 8 or none were expected."
            );
        }

        return new(
            "tr-" + Convert.ToHexStringLower(span.TraceId.Span),
            Convert.ToHexStringLower(span.SpanId.Span),
            span.Name,
            ToTime(span.StartTimeUnixNano),
            span.ToByteArray()
        )
        {
            ParentId = span.ParentSpanId.IsEmpty ? null : Convert.ToHexStringLower(span.ParentSpanId.Span),
            EndNanoseconds = span.EndTimeUnixNano == 0 ? null : ToTime(span.EndTimeUnixNano),
            IsError = span.Status?.Code == Status.Types.StatusCode.Error,
            InputPreview = Preview(span, Inputs),
            OutputPreview = Preview(span, Outputs),
        };
    }

    private static long ToTime(ulong nanoseconds) =>
        nanoseconds <= long.MaxValue
            ? (long)nanoseconds
            : throw MlflowException.InvalidParameter($"A span has the time {nanoseconds}; nanoseconds since 1970 were expected.");

    private static string? Preview(Span span, string key) =>
        span.Attributes.FirstOrDefault(a => a.Key == key)?.Value is not { } value ? null
        : value.ValueCase == AnyValue.ValueOneofCase.StringValue ? value.StringValue
        : ToJson(value)?.ToJsonString();

    private static JsonObject ToMap(IEnumerable<KeyValue> pairs, Func<AnyValue, JsonNode?> convert)
    {
        var map = new JsonObject();
        foreach (var pair in pairs)
        {
            map[pair.Key] = convert(pair.Value ?? new());
        }

        return map;
    }

    private static JsonNode? ToJson(AnyValue value) =>
        value.ValueCase switch
        {
            AnyValue.ValueOneofCase.StringValue => value.StringValue,
            AnyValue.ValueOneofCase.BoolValue => value.BoolValue,
            AnyValue.ValueOneofCase.IntValue => value.IntValue,
            AnyValue.ValueOneofCase.DoubleValue => double.IsFinite(value.DoubleValue)
                ? value.DoubleValue
                : value.DoubleValue.ToString(System.Globalization.CultureInfo.InvariantCulture),
            AnyValue.ValueOneofCase.BytesValue => value.BytesValue.ToBase64(),
            AnyValue.ValueOneofCase.ArrayValue => new JsonArray([.. value.ArrayValue.Values.Select(ToJson)]),
            AnyValue.ValueOneofCase.KvlistValue => ToMap(value.KvlistValue.Values, ToJson),
            _ => null,
        };
}
