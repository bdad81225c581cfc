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

    /// <summary>So many points of each run at most, spread over the steps that were asked for; a run's first and last step are always among them.</summary>
    private async Task<JsonObject> GetSampleAsync(MlflowRequest request)
    {
        var runs = request.Strings("run_ids", MaximumRuns);
        var key = request.RequiredString("metric_key");
        var limit = request.Limit("max_results", MaximumSample, MaximumSample);
        var (from, to) = (request.OptionalInt64("start_step"), request.OptionalInt64("end_step"));
        if (from is null != to is null || from > to)
        {
            throw MlflowException.InvalidParameter("Parameters 'start_step' and 'end_step' come together, the first not after the second.");
        }

        if (runs.Count == 0)
        {
            throw request.Missing("run_ids");
        }

        var metrics = new JsonArray();
        foreach (var text in runs)
        {
            var id = RunIds.Parse(text);
            var steps = new List<MetricPoint>();
            MetricPoint? after = null;
            do
            {
                var page = await tracker
                    .GetMetricHistoryAsync(id, key, after, MaximumPage, request.CancellationToken)
                    .ConfigureAwait(false);
                steps.AddRange(page.Where(p => (from is null || p.Step >= from) && (to is null || p.Step <= to)));
                after = page.Count == MaximumPage ? page[^1] : null;
            } while (after is not null);

            foreach (var point in Sample(steps, limit))
            {
                metrics.Add(RunMessage.Metric(key, point).With("run_id", text));
            }
        }

        return new JsonObject().With("metrics", metrics.Count == 0 ? null : metrics);
    }

    private async Task EnsureRunAsync(RunId id, CancellationToken cancellationToken)
    {
        if (await tracker.GetRunAsync(id, cancellationToken).ConfigureAwait(false) is null)
        {
            throw new AssetNotFoundException(new(AssetKind.Run, id.ToString()));
        }
    }

    private static IEnumerable<MetricPoint> Sample(List<MetricPoint> points, int limit)
    {
        if (points.Count <= limit || limit < 2)
        {
            return points.Take(limit);
        }

        return Enumerable.Range(0, limit).Select(i => points[(int)((long)i * (points.Count - 1) / (limit - 1))]);
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
