using System.Globalization;
using System.Text;
using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Statistics of models as Prometheus reads them (text format 0.0.4), under the names that dashboards for Triton ask for.</summary>
internal static class TritonMetrics
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private const string Counter = "counter";

    private static readonly (string Name, string Type, string Help, Func<ModelStatistics, long> Of)[] Families =
    [
        ("nv_inference_request_success", Counter, "Requests that were answered", s => s.Success.Count),
        ("nv_inference_request_failure", Counter, "Requests that the model failed on", s => s.Failure.Count),
        ("nv_inference_count", Counter, "Rows that were answered", s => s.Rows),
        ("nv_inference_exec_count", Counter, "Runs of the model", s => s.Runs.Sum(r => r.Infer.Count)),
        ("nv_inference_request_duration_us", Counter, "Time of answered requests in microseconds", s => Microseconds(s.Success)),
        ("nv_inference_queue_duration_us", Counter, "Time that answered requests waited in microseconds", s => Microseconds(s.Queue)),
        (
            "nv_inference_compute_input_duration_us",
            Counter,
            "Time to bring values to the model in microseconds",
            s => Microseconds(s.Input)
        ),
        ("nv_inference_compute_infer_duration_us", Counter, "Time that the model ran in microseconds", s => Microseconds(s.Infer)),
        (
            "nv_inference_compute_output_duration_us",
            Counter,
            "Time to take answers from the model in microseconds",
            s => Microseconds(s.Output)
        ),
        ("nv_inference_pending_request_count", "gauge", "Requests that wait for the model", s => s.Pending),
    ];

    public static string Write(IReadOnlyList<ModelStatistics> statistics)
    {
        // A version that two references loaded is there twice, and a series must not be.
        var versions = statistics.GroupBy(s => s.Version).ToList();
        var text = new StringBuilder();
        foreach (var (name, type, help, of) in Families)
        {
            text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n");
            foreach (var version in versions)
            {
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"{name}{{model=\"{Escape(version.Key.Name)}\",version=\"{version.Key.Version}\"}} {version.Sum(of)}\n"
                );
            }
        }

        return text.ToString();
    }

    private static long Microseconds(TimeStatistics time) => time.Total.Ticks / TimeSpan.TicksPerMicrosecond;

    private static string Escape(string label) =>
        label
            .Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal);
}
