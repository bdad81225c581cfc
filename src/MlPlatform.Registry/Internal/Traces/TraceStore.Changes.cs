using Dapper;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

internal sealed partial class TraceStore
{
    public async Task<TraceInfo> DescribeAsync(TraceInfo trace, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(trace);
        CheckId(trace.Id);
        RunRules.CheckLength(trace.ClientRequestId ?? string.Empty, 250, "client request id", nameof(trace));
        foreach (var (key, value) in trace.Tags.Concat(trace.Metadata))
        {
            CheckPair(key, value);
        }

        var row = TraceRow.Of(trace) with { RequestPreview = Cut(trace.RequestPreview), ResponsePreview = Cut(trace.ResponsePreview) };
        await database
            .WriteAsync(
                Durability.Process,
                async work =>
                {
                    await ExperimentTracker.GetActiveAsync(work, row.ExperimentId).ConfigureAwait(false);
                    await TryInsertAsync(work, row).ConfigureAwait(false);
                    await UpdateAsync(work, row).ConfigureAwait(false);
                    foreach (var (key, value) in trace.Tags)
                    {
                        await SetAsync(work, "reg_trace_tag", row.Id, key, value).ConfigureAwait(false);
                    }

                    foreach (var (key, value) in trace.Metadata)
                    {
                        await SetAsync(work, "reg_trace_metadata", row.Id, key, value).ConfigureAwait(false);
                    }
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        return (await GetAsync(trace.Id, cancellationToken).ConfigureAwait(false))!;
    }

    public Task LogSpansAsync(string experimentId, IReadOnlyCollection<TraceSpan> spans, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(experimentId);
        ArgumentNullException.ThrowIfNull(spans);
        foreach (var span in spans)
        {
            CheckId(span.TraceId);
            ArgumentException.ThrowIfNullOrEmpty(span.SpanId, nameof(spans));
            RunRules.CheckLength(span.SpanId, 50, "span id", nameof(spans));
            RunRules.CheckLength(span.ParentId ?? string.Empty, 50, "parent id", nameof(spans));
        }

        // In one order, so that two writers never wait for each other.
        var traces = spans.GroupBy(s => s.TraceId, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).ToList();
        return database.WriteAsync(
            Durability.Process,
            async work =>
            {
                await ExperimentTracker.GetActiveAsync(work, experimentId).ConfigureAwait(false);
                foreach (var trace in traces)
                {
                    await LogSpansAsync(work, experimentId, trace.Key, [.. trace]).ConfigureAwait(false);
                }
            },
            cancellationToken
        );
    }

    private async Task LogSpansAsync(IUnitOfWork work, string experimentId, string id, IReadOnlyList<TraceSpan> spans)
    {
        var start = spans.Min(s => s.StartNanoseconds) / 1000;
        var end = spans.Max(s => s.EndNanoseconds) / 1000;
        var row = await InsertAsync(
                work,
                new()
                {
                    Id = id,
                    ExperimentId = experimentId,
                    At = start,
                    State = TraceRow.ToText(TraceState.InProgress),
                }
            )
            .ConfigureAwait(false);
        await SetAsync(work, "reg_trace_tag", id, MlflowTags.SpansLocation, MlflowTags.SpansAreHere).ConfigureAwait(false);
        const string Sql = """
            INSERT INTO reg_span (trace_id, span_id, parent_id, name, start_ns, end_ns, content)
            VALUES (@TraceId, @SpanId, @ParentId, @Name, @StartNanoseconds, @EndNanoseconds, @Bytes)
            ON CONFLICT (trace_id, span_id) DO UPDATE SET parent_id = excluded.parent_id, name = excluded.name, start_ns = excluded.start_ns,
                end_ns = excluded.end_ns, content = excluded.content
            """;
        foreach (var span in spans)
        {
            var values = new
            {
                span.TraceId,
                span.SpanId,
                span.ParentId,
                Name = Cut(span.Name) ?? string.Empty,
                span.StartNanoseconds,
                span.EndNanoseconds,
                Bytes = span.Content.ToArray(),
            };
            await work.Connection.ExecuteAsync(Sql, values, work.Transaction).ConfigureAwait(false);
        }

        var first = spans.FirstOrDefault(s => s.ParentId is null);
        var from = Math.Min(row.At, start);
        var known = row.Duration is { } duration ? row.At + duration : (long?)null;
        var until = known is null || end > known ? end : known;
        await UpdateAsync(
                work,
                row with
                {
                    At = from,
                    Duration = until is null ? null : Math.Max(0, until.Value - from),
                    State =
                        row.IsOpen && first is { EndNanoseconds: not null }
                            ? TraceRow.ToText(first.IsError ? TraceState.Error : TraceState.Ok)
                            : row.State,
                    RequestPreview = row.RequestPreview ?? Cut(first?.InputPreview),
                    ResponsePreview = row.ResponsePreview ?? Cut(first?.OutputPreview),
                }
            )
            .ConfigureAwait(false);
    }

    /// <summary>The row as it is, new or not, locked.</summary>
    private async Task<TraceRow> InsertAsync(IUnitOfWork work, TraceRow row)
    {
        await TryInsertAsync(work, row).ConfigureAwait(false);
        return (await FindAsync(work, row.Id).ConfigureAwait(false))!;
    }

    private static Task<int> TryInsertAsync(IUnitOfWork work, TraceRow row) =>
        work.Connection.ExecuteAsync(
            "INSERT INTO reg_trace (id, experiment_id, at, state) VALUES (@Id, @ExperimentId, @At, @State) ON CONFLICT (id) DO NOTHING",
            row,
            work.Transaction
        );

    private static Task<int> UpdateAsync(IUnitOfWork work, TraceRow row) =>
        work.Connection.ExecuteAsync(
            """
            UPDATE reg_trace SET experiment_id = @ExperimentId, client_request_id = @ClientRequestId, request_preview = @RequestPreview,
                response_preview = @ResponsePreview, at = @At, duration = @Duration, state = @State
            WHERE id = @Id
            """,
            row,
            work.Transaction
        );

    private static void CheckId(string id)
    {
        _ = ArtifactTreeId.OfTrace(id); // It may have files.
    }

    /// <summary>The beginning, without half of a character; PostgreSQL keeps no NUL.</summary>
    private static string? Cut(string? text)
    {
        var cut = text?.Replace('\0', '\uFFFD');
        return cut is null || cut.Length <= PreviewLength ? cut
            : char.IsHighSurrogate(cut[PreviewLength - 1]) ? cut[..(PreviewLength - 1)]
            : cut[..PreviewLength];
    }
}
