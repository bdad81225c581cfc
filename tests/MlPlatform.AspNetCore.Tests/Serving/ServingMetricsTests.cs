using System.Globalization;
using System.Text.RegularExpressions;
using MlPlatform.Registry;
using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Tests;

public sealed partial class ServingMetricsTests
{
    private const string Path = "/api/mlp/v1/serving/metrics";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Real_requests_are_counted_under_tritons_names()
    {
        await using var served = await ServedModels.StartAsync();
        var registry = served.Host.Get<IModelRegistry>();
        var quoted = await registry.RegisterVersionAsync("la\"te", ServedModels.Package(0), cancellationToken: Cancel);
        await registry.PromoteAsync(quoted.Id, cancellationToken: Cancel);
        for (var i = 0; i < 3; i++)
        {
            await served.InferAsync();
        }

        await served.InferAsync("la%22te");
        await served.Host.IdleAsync();
        var series = await ReadAsync(served.Host);
        var statistics = served.Host.Get<IInferenceServer>().ListStatistics();
        Assert.Equal(["la\"te", ServedModels.Model], statistics.Select(s => s.Version.Name));
        Assert.Equal(10 * statistics.Count, series.Count);
        foreach (var of in statistics)
        {
            long Of(string name) => series[(name, of.Version.Name, $"{of.Version.Version}")];
            Assert.Equal(of.Success.Count, Of("nv_inference_request_success"));
            Assert.Equal(of.Failure.Count, Of("nv_inference_request_failure"));
            Assert.Equal(of.Rows, Of("nv_inference_count"));
            Assert.Equal(of.Runs.Sum(r => r.Infer.Count), Of("nv_inference_exec_count"));
            Assert.Equal(Us(of.Success), Of("nv_inference_request_duration_us"));
            Assert.Equal(Us(of.Queue), Of("nv_inference_queue_duration_us"));
            Assert.Equal(Us(of.Input), Of("nv_inference_compute_input_duration_us"));
            Assert.Equal(Us(of.Infer), Of("nv_inference_compute_infer_duration_us"));
            Assert.Equal(Us(of.Output), Of("nv_inference_compute_output_duration_us"));
            Assert.Equal(0, Of("nv_inference_pending_request_count"));
        }

        Assert.Equal(3, series[("nv_inference_request_success", ServedModels.Model, "1")]);
        Assert.Equal(6, series[("nv_inference_count", ServedModels.Model, "1")]);
    }

    [Fact]
    public async Task Labels_are_escaped_and_a_version_that_is_loaded_twice_is_one_series()
    {
        await using var fixture = await InferenceFixture.StartAsync();
        var odd = new ModelStatistics(
            new("a\\b\"c\nd", 7),
            null,
            12,
            new(5, TimeSpan.FromTicks(10_005)),
            default,
            default,
            default,
            default,
            default,
            [new(1, new(3, default)), new(9, new(1, default))]
        )
        {
            Pending = 4,
        };
        fixture.Models.Statistics = [odd, odd];
        var series = await ReadAsync(fixture.Host);
        Assert.Equal(10, series.Count);
        Assert.Equal(8, series[("nv_inference_pending_request_count", "a\\b\"c\nd", "7")]);
        Assert.Equal(24, series[("nv_inference_count", "a\\b\"c\nd", "7")]);
        Assert.Equal(8, series[("nv_inference_exec_count", "a\\b\"c\nd", "7")]);
        Assert.Equal(2000, series[("nv_inference_request_duration_us", "a\\b\"c\nd", "7")]);
    }

    private static long Us(TimeStatistics time) => time.Total.Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>Reads the text as a scraper does: every line is a comment or a series, each series once and after its type.</summary>
    private static async Task<Dictionary<(string Name, string Model, string Version), long>> ReadAsync(WebHost host)
    {
        var reply = await host.SendAsync("GET", Path);
        Assert.Equal((200, "text/plain; version=0.0.4; charset=utf-8"), (reply.Status, reply.Headers["Content-Type"]));
        Assert.EndsWith("\n", reply.Text, StringComparison.Ordinal);
        var series = new Dictionary<(string, string, string), long>();
        var type = string.Empty;
        foreach (var line in reply.Text.TrimEnd('\n').Split('\n'))
        {
            if (line.StartsWith('#'))
            {
                type = line.StartsWith("# TYPE ", StringComparison.Ordinal) ? line : type;
                continue;
            }

            var match = Series().Match(line);
            Assert.True(match.Success, line);
            var name = match.Groups[1].Value;
            Assert.Equal($"# TYPE {name} {(name.Contains("pending", StringComparison.Ordinal) ? "gauge" : "counter")}", type);
            var model = Escaped().Replace(match.Groups[2].Value, m => m.Value == "\\n" ? "\n" : m.Value[1..]);
            series.Add(
                (match.Groups[1].Value, model, match.Groups[3].Value),
                long.Parse(match.Groups[4].Value, CultureInfo.InvariantCulture)
            );
        }

        return series;
    }

    [GeneratedRegex("""^([a-z_]+)\{model="((?:[^"\\]|\\["\\n])*)",version="(\d+)"\} (\d+)$""")]
    private static partial Regex Series();

    [GeneratedRegex("""\\["\\n]""")]
    private static partial Regex Escaped();
}
