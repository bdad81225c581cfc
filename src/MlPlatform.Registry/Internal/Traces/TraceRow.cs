using System.Data.Common;
using Dapper;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

internal sealed record TraceRow
{
    public const string Columns = """
        id AS Id, experiment_id AS ExperimentId, client_request_id AS ClientRequestId, request_preview AS RequestPreview,
        response_preview AS ResponsePreview, at AS At, duration AS Duration, state AS State
        """;

    /// <summary>As other trackers write them, so that filters can be carried over.</summary>
    private static readonly (TraceState State, string Text)[] States =
    [
        (TraceState.Ok, "OK"),
        (TraceState.Error, "ERROR"),
        (TraceState.InProgress, "IN_PROGRESS"),
        (TraceState.Unspecified, "STATE_UNSPECIFIED"),
    ];

    public required string Id { get; init; }

    public required string ExperimentId { get; init; }

    public string? ClientRequestId { get; init; }

    public string? RequestPreview { get; init; }

    public string? ResponsePreview { get; init; }

    public required long At { get; init; }

    public long? Duration { get; init; }

    public required string State { get; init; }

    public bool IsOpen => State is "IN_PROGRESS" or "STATE_UNSPECIFIED";

    public static string ToText(TraceState state) => States.First(s => s.State == state).Text;

    public static TraceRow Of(TraceInfo trace) =>
        new()
        {
            Id = trace.Id,
            ExperimentId = trace.ExperimentId,
            ClientRequestId = trace.ClientRequestId,
            RequestPreview = trace.RequestPreview,
            ResponsePreview = trace.ResponsePreview,
            At = StoredTime.ToMicros(trace.RequestTime),
            Duration = trace.Duration is { } duration ? duration.Ticks / TimeSpan.TicksPerMicrosecond : null,
            State = ToText(trace.State),
        };

    /// <summary>The rows with their tags and metadata, in their order.</summary>
    public static async Task<IReadOnlyList<TraceInfo>> LoadAsync(DbConnection connection, SqlDialect dialect, IReadOnlyList<TraceRow> rows)
    {
        var ids = rows.Select(r => r.Id).ToArray();
        var tags = await LoadAsync(connection, dialect, "reg_trace_tag", ids).ConfigureAwait(false);
        var metadata = await LoadAsync(connection, dialect, "reg_trace_metadata", ids).ConfigureAwait(false);
        return [.. rows.Select(r => r.ToTrace(ToMap(tags[r.Id]), ToMap(metadata[r.Id])))];
    }

    private TraceInfo ToTrace(IReadOnlyDictionary<string, string> tags, IReadOnlyDictionary<string, string> metadata) =>
        new()
        {
            Id = Id,
            ExperimentId = ExperimentId,
            ClientRequestId = ClientRequestId,
            RequestPreview = RequestPreview,
            ResponsePreview = ResponsePreview,
            RequestTime = StoredTime.FromMicros(At),
            Duration = Duration is { } micros ? TimeSpan.FromTicks(micros * TimeSpan.TicksPerMicrosecond) : null,
            State = States.First(s => s.Text == State).State,
            Tags = tags,
            Metadata = metadata,
        };

    private static async Task<ILookup<string, KeyValuePair<string, string>>> LoadAsync(
        DbConnection connection,
        SqlDialect dialect,
        string table,
        string[] ids
    )
    {
        var pairs = await connection
            .QueryAsync<(string Id, string Key, string Value)>(
                $"SELECT trace_id, key, value FROM {table} WHERE {dialect.In("trace_id", "@ids")} ORDER BY key",
                new { ids }
            )
            .ConfigureAwait(false);
        return pairs.ToLookup(p => p.Id, p => KeyValuePair.Create(p.Key, p.Value), StringComparer.Ordinal);
    }

    private static Dictionary<string, string> ToMap(IEnumerable<KeyValuePair<string, string>> pairs) => new(pairs, StringComparer.Ordinal);
}
