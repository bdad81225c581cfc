using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using MlPlatform.Core;
using MlPlatform.Registry;

namespace MlPlatform.AspNetCore.Internal;

internal sealed class MetricEndpoints(IExperimentTracker tracker) : IPlatformEndpoints
{
    private const int MaximumPage = 25_000;
    private const int MaximumRuns = 100;
    private const int MaximumSample = 2500;

    public void Map(PlatformRoutes routes)
    {
        routes.Get("metrics/get-history", Access.Read, GetHistoryAsync);
        routes.Get("metrics/get-history-bulk", Access.Read, GetBulkAsync);
        routes.Get("metrics/get-history-bulk-interval", Access.Read, GetSampleAsync);
    }

    private async Task<JsonObject> GetHistoryAsync(MlflowRequest request)
    {
        var id = request.RequiredRunId();
        var key = request.RequiredString("metric_key");
        var limit = request.Limit("max_results", MaximumPage, MaximumPage);
        var after = request.OptionalString("page_token") is { Length: > 0 } token ? Parse(token) : (MetricPoint?)null;
        await EnsureRunAsync(id, request.CancellationToken).ConfigureAwait(false);
        var points = await tracker.GetMetricHistoryAsync(id, key, after, limit, request.CancellationToken).ConfigureAwait(false);
        return new JsonObject()
            .With("metrics", JsonReply.List(points.Select(JsonNode (p) => RunMessage.Metric(key, p))))
            .With("next_page_token", points.Count == limit ? ToToken(points[^1]) : null);
    }

    /// <summary>The histories of several runs, one after the other, each as it stands alone.</summary>
    private async Task<JsonObject> GetBulkAsync(MlflowRequest request)
    {
        var runs = request.Strings("run_id", int.MaxValue);
        if (runs.Count is 0 or > MaximumRuns)
        {
            throw MlflowException.InvalidParameter(
                runs.Count == 0
                    ? "GetMetricHistoryBulk request must specify at least one run_id."
                    : $"GetMetricHistoryBulk request cannot specify more than {MaximumRuns} run_ids; received {runs.Count}."
            );
        }

        var key = request.OptionalString("metric_key") is { Length: > 0 } given
            ? given
            : throw MlflowException.InvalidParameter("GetMetricHistoryBulk request must specify a metric_key.");
        var rest = request.Limit("max_results", MaximumPage, MaximumPage);
        var metrics = new List<JsonNode>();
        foreach (var run in runs.Order(StringComparer.Ordinal))
        {
            if (metrics.Count < rest)
            {
                var points = await tracker
                    .GetMetricHistoryAsync(RunIds.Parse(run), key, null, rest - metrics.Count, request.CancellationToken)
                    .ConfigureAwait(false);
                metrics.AddRange(points.Select(p => RunMessage.Metric(key, p).With("run_id", run)));
            }
        }

        return new JsonObject().With("metrics", JsonReply.List(metrics));
    }

    /// <summary>The same steps of every run, about so many, spread over the steps that were asked for; and the first and last of each run.</summary>
    private async Task<JsonObject> GetSampleAsync(MlflowRequest request)
    {
        var runs = request.Strings("run_ids", int.MaxValue);
        if (runs.Count is 0 or > MaximumRuns)
        {
            throw runs.Count == 0
                ? request.Missing("run_ids")
                : MlflowException.InvalidParameter(
                    $"GetMetricHistoryBulkInterval request must specify at most {MaximumRuns} run_ids. Received {runs.Count} run_ids."
                );
        }

        var key = request.RequiredString("metric_key");
        var limit = request.OptionalInt64("max_results") ?? MaximumSample;
        if (limit is < 1 or > MaximumSample)
        {
            throw MlflowException.InvalidParameter($"max_results must be between 1 and {MaximumSample}, got {limit}.");
        }

        var (from, to) = (request.OptionalInt64("start_step"), request.OptionalInt64("end_step"));
        if (from is null != to is null || from > to)
        {
            throw MlflowException.InvalidParameter(
                from > to
                    ? $"end_step must be greater than start_step. Found start_step={from} and end_step={to}."
                    : "If either start step or end step are specified, both must be specified."
            );
        }

        var histories = new List<(string Run, List<MetricPoint> Points)>();
        foreach (var run in runs)
        {
            var points = await ReadAsync(RunIds.Parse(run), key, from, to, request.CancellationToken).ConfigureAwait(false);
            histories.Add((run, points));
        }

        var steps = MetricSample.Steps(histories.Select(h => h.Points), (int)limit);
        var metrics = histories.SelectMany(h =>
            h.Points.Where(p => steps.Contains(p.Step)).Select(JsonNode (p) => RunMessage.Metric(key, p).With("run_id", h.Run))
        );
        return new JsonObject().With("metrics", JsonReply.List(metrics));
    }

    private async Task<List<MetricPoint>> ReadAsync(RunId id, string key, long? from, long? to, CancellationToken cancellationToken)
    {
        var points = new List<MetricPoint>();
        MetricPoint? after = null;
        do
        {
            var page = await tracker.GetMetricHistoryAsync(id, key, after, MaximumPage, cancellationToken).ConfigureAwait(false);
            points.AddRange(page.Where(p => (from is null || p.Step >= from) && (to is null || p.Step <= to)));
            after = page.Count == MaximumPage ? page[^1] : null;
        } while (after is not null);

        return points;
    }

    private async Task EnsureRunAsync(RunId id, CancellationToken cancellationToken)
    {
        if (await tracker.GetRunAsync(id, cancellationToken).ConfigureAwait(false) is null)
        {
            throw new AssetNotFoundException(new(AssetKind.Run, id.ToString()));
        }
    }

    private static string ToToken(MetricPoint last) =>
        Base64Url.EncodeToString(
            Encoding.UTF8.GetBytes(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{last.Step} {StoredTime.ToMicros(last.Time)} {BitConverter.DoubleToInt64Bits(last.Value)}"
                )
            )
        );

    private static MetricPoint Parse(string token)
    {
        try
        {
            var parts = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token)).Split(' ');
            if (
                parts.Length == 3
                && long.TryParse(parts[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var step)
                && long.TryParse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var at)
                && long.TryParse(parts[2], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var bits)
                && at is >= 0 and < 253_402_300_800_000_000
            )
            {
                return new(BitConverter.Int64BitsToDouble(bits), step, StoredTime.FromMicros(at));
            }
        }
        catch (FormatException)
        {
            // Said below.
        }

        throw MlflowException.InvalidParameter("Invalid value for parameter 'page_token': it is not one that this server gave.");
    }
}
