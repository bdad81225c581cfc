using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using MlPlatform.Core;
using MlPlatform.Registry;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Traces in version 3 of the protocol, and in version 2 for older clients: both share paths, so the message tells them apart.</summary>
internal sealed class TraceEndpoints(ITraces traces, Clocks clocks) : IPlatformEndpoints
{
    private const string One = "traces/{trace_id}";

    /// <summary>A trace is told with all it was tagged with.</summary>
    private const int MaximumBytes = 8 << 20;

    public void Map(PlatformRoutes routes)
    {
        routes.Post("traces", Access.Write, StartAsync, MaximumBytes);
        routes.Get("traces", Access.Read, SearchVersion2Async);
        routes.Get("traces/get", Access.Read, GetWithSpansAsync);
        routes.Get("traces/batchGet", Access.Read, GetManyAsync);
        routes.Post("traces/search", Access.Read, SearchAsync);
        routes.Post("traces/delete-traces", Access.Write, DeleteAsync);
        routes.Get(One, Access.Read, GetAsync);
        routes.Patch(One, Access.Write, EndVersion2Async);
        routes.Get(One + "/info", Access.Read, GetVersion2Async);
        routes.Patch(One + "/tags", Access.Write, SetTagAsync);
        routes.Delete(One + "/tags", Access.Write, DeleteTagAsync);
        routes.MapBelowRoots([HttpMethods.Get], "mlflow/get-trace-artifact", Access.Read, GetFileAsync);
    }

    private async Task<JsonObject> StartAsync(MlflowRequest request)
    {
        if (request.OptionalMessage("trace") is { } trace)
        {
            var info = TraceMessage.Read(trace.OptionalMessage("trace_info") ?? throw trace.Missing("trace_info"));
            return Reply(await traces.DescribeAsync(info, request.CancellationToken).ConfigureAwait(false), null);
        }

        var started = new TraceInfo
        {
            Id = "tr-" + RunId.New(clocks.Platform),
            ExperimentId = request.OptionalString("experiment_id") is { Length: > 0 } experiment
                ? experiment
                : throw request.Missing("trace"),
            RequestTime = request.RequiredTime("timestamp_ms"),
            State = TraceState.InProgress,
            Metadata = request.Map("request_metadata"),
            Tags = request.Map("tags"),
        };
        return ReplyVersion2(await traces.DescribeAsync(started, request.CancellationToken).ConfigureAwait(false));
    }

    private async Task<JsonObject> EndVersion2Async(MlflowRequest request)
    {
        var present = await FindAsync(request, Id(request)).ConfigureAwait(false);
        var ended = present with
        {
            Duration =
                request.OptionalTime("timestamp_ms") is { } end && end > present.RequestTime ? end - present.RequestTime : TimeSpan.Zero,
            State = TraceMessage.ReadStatus(request),
            Metadata = request.Map("request_metadata"),
            Tags = request.Map("tags"),
        };
        return ReplyVersion2(await traces.DescribeAsync(ended, request.CancellationToken).ConfigureAwait(false));
    }

    private async Task<JsonObject> GetAsync(MlflowRequest request) =>
        Reply(await FindAsync(request, Id(request)).ConfigureAwait(false), null);

    private async Task<JsonObject> GetVersion2Async(MlflowRequest request) =>
        ReplyVersion2(await FindAsync(request, Id(request)).ConfigureAwait(false));

    private async Task<JsonObject> GetWithSpansAsync(MlflowRequest request)
    {
        var id = request.RequiredString("trace_id");
        var info = await FindAsync(request, id).ConfigureAwait(false);
        return Reply(info, await traces.GetSpansAsync(id, request.CancellationToken).ConfigureAwait(false));
    }

    private async Task<JsonObject> GetManyAsync(MlflowRequest request)
    {
        var found = new JsonArray();
        foreach (var id in request.Strings("trace_ids", 100).Distinct(StringComparer.Ordinal))
        {
            if (await traces.GetAsync(id, request.CancellationToken).ConfigureAwait(false) is { } info)
            {
                found.Add(ToMessage(info, await traces.GetSpansAsync(id, request.CancellationToken).ConfigureAwait(false)));
            }
        }

        return new JsonObject().With("traces", found.Count == 0 ? null : found);
    }

    private async Task<JsonObject> SearchAsync(MlflowRequest request)
    {
        var experiments = request
            .Messages("locations")
            .Select(l => l.OptionalMessage("mlflow_experiment")?.RequiredString("experiment_id"))
            .OfType<string>()
            .ToList();
        if (experiments.Count == 0)
        {
            throw request.Missing("locations");
        }

        var page = await SearchAsync(request, experiments).ConfigureAwait(false);
        return Page(page, TraceMessage.Of);
    }

    private async Task<JsonObject> SearchVersion2Async(MlflowRequest request)
    {
        var experiments = request.Strings("experiment_ids");
        var page = await SearchAsync(request, experiments.Count > 0 ? experiments : throw request.Missing("experiment_ids"))
            .ConfigureAwait(false);
        return Page(page, TraceMessage.OfVersion2);
    }

    private Task<Page<TraceInfo>> SearchAsync(MlflowRequest request, IReadOnlyList<string> experiments) =>
        traces.SearchAsync(
            new()
            {
                ExperimentIds = experiments,
                Filter = request.OptionalString("filter"),
                OrderBy = request.Strings("order_by"),
                Limit = request.Limit("max_results", 100, 500),
                PageToken = request.OptionalString("page_token") is { Length: > 0 } token ? token : null,
            },
            request.CancellationToken
        );

    private async Task<JsonObject> SetTagAsync(MlflowRequest request)
    {
        var value = request.OptionalString("value") ?? string.Empty;
        await traces.SetTagAsync(Id(request), request.RequiredString("key"), value, request.CancellationToken).ConfigureAwait(false);
        return [];
    }

    private async Task<JsonObject> DeleteTagAsync(MlflowRequest request)
    {
        await traces.DeleteTagAsync(Id(request), request.RequiredString("key"), request.CancellationToken).ConfigureAwait(false);
        return [];
    }

    private async Task<JsonObject> DeleteAsync(MlflowRequest request)
    {
        var experiment = request.RequiredString("experiment_id");
        var ids = request.Strings("request_ids");
        var until = request.OptionalLimitInTime("max_timestamp_millis");
        var maximum = request.Has("max_traces") ? request.Limit("max_traces", 0, int.MaxValue) : (int?)null;
        if (ids.Count > 0 == until is not null || (ids.Count > 0 && maximum is not null))
        {
            throw MlflowException.InvalidParameter(
                "Either 'request_ids' or 'max_timestamp_millis' must be given; 'max_traces' goes with the latter only."
            );
        }

        var deleted = until is { } time
            ? await traces.DeleteAsync(experiment, time, maximum, request.CancellationToken).ConfigureAwait(false)
            : await traces.DeleteAsync(experiment, ids, request.CancellationToken).ConfigureAwait(false);
        return new() { ["traces_deleted"] = deleted };
    }

    private async Task GetFileAsync(HttpContext context)
    {
        var request = await MlflowRequestReader.ReadAsync(context, 0).ConfigureAwait(false);
        var id = request.RequiredString("request_id");
        await FindAsync(request, id).ConfigureAwait(false);
        var spans = await traces.GetSpansAsync(id, request.CancellationToken).ConfigureAwait(false);
        context.Response.Headers.ContentDisposition = $"attachment; filename={TraceFile.Name}";
        await JsonReply.WriteAsync(context.Response, TraceFile.Of(spans)).ConfigureAwait(false);
    }

    private async Task<TraceInfo> FindAsync(MlflowRequest request, string id) =>
        await traces.GetAsync(id, request.CancellationToken).ConfigureAwait(false)
        ?? throw new AssetNotFoundException(new(AssetKind.Trace, id));

    private static string Id(MlflowRequest request) => request.RouteValue("trace_id");

    private static JsonObject Reply(TraceInfo info, IReadOnlyList<TraceSpan>? spans) => new() { ["trace"] = ToMessage(info, spans) };

    private static JsonObject ReplyVersion2(TraceInfo info) => new() { ["trace_info"] = TraceMessage.OfVersion2(info) };

    private static JsonObject ToMessage(TraceInfo info, IReadOnlyList<TraceSpan>? spans) =>
        new JsonObject { ["trace_info"] = TraceMessage.Of(info) }.With("spans", JsonReply.List((spans ?? []).Select(OtlpSpans.ToMessage)));

    private static JsonObject Page(Page<TraceInfo> page, Func<TraceInfo, JsonObject> toMessage) =>
        new JsonObject()
            .With("traces", JsonReply.List(page.Items.Select(JsonNode (t) => toMessage(t))))
            .With("next_page_token", page.NextPageToken);
}
