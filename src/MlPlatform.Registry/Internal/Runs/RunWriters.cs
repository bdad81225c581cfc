using Microsoft.Extensions.Options;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

internal sealed class RunWriters(
    IArtifactTrees trees,
    IModelRegistry registry,
    ProvenanceCapture provenance,
    Clocks clocks,
    IOptions<RegistryOptions> settings
) : IRunWriters
{
    public async Task<RunOptions> DescribeAsync(RunOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return settings.Value.CaptureProvenance
            ? options with
            {
                Provenance = await provenance.FillAsync(options.Provenance, cancellationToken).ConfigureAwait(false),
            }
            : options;
    }

    public IRun Create(RunInfo run, IExperimentTracker tracker, RunOptions options)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(tracker);
        ArgumentNullException.ThrowIfNull(options);
        return Create(run, tracker, points => tracker.LogBatchAsync(run.Id, new() { Metrics = [.. points.Select(ToEntry)] }), options);
    }

    /// <summary>The same for a tracker that takes points as they are buffered.</summary>
    public Run Create(RunInfo run, IExperimentTracker tracker, Func<IReadOnlyList<LoggedMetric>, Task> write, RunOptions options)
    {
        var buffer = new MetricBuffer(write, settings.Value, clocks.Work);
        var system =
            options.SystemMetrics ?? settings.Value.SystemMetrics
                ? new SystemMetrics(point => buffer.AddAsync(point, CancellationToken.None), settings.Value.SystemMetricsInterval, clocks)
                : null;
        return new(run, tracker, trees, registry, buffer, system, clocks);
    }

    private static MetricEntry ToEntry(LoggedMetric point) => new(point.Key, point.Value, point.Step, StoredTime.FromMicros(point.At));
}
