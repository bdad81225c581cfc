using System.Collections.Concurrent;

namespace MlPlatform.Monitoring.Internal;

internal sealed class ModelMonitor(
    PredictionFlusher flusher,
    OutcomeStore outcomes,
    WindowReader windows,
    PerformanceReader performance,
    EvaluationStore evaluations,
    MonitorCatalog catalog,
    Clocks clocks
) : IModelMonitor
{
    private readonly ConcurrentDictionary<string, bool> scheduled = new(StringComparer.Ordinal);

    public Task RecordOutcomeAsync(
        PredictionId predictionId,
        double label,
        DateTimeOffset? at = null,
        CancellationToken cancellationToken = default
    ) => outcomes.RecordAsync([new(predictionId, label, at)], cancellationToken);

    public Task<int> RecordOutcomesAsync(IReadOnlyCollection<Outcome> batch, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return outcomes.RecordAsync(batch, cancellationToken);
    }

    public async Task<PerformanceReport> GetPerformanceAsync(
        string model,
        DateTimeOffset from,
        DateTimeOffset to,
        int? version = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        await flusher.FlushAsync(null, cancellationToken).ConfigureAwait(false);
        return await performance.ReadAsync(model, version, from, to, cancellationToken).ConfigureAwait(false);
    }

    public Task<IReadOnlyList<MonitorEvaluation>> GetEvaluationsAsync(
        string monitor,
        int limit = 100,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(monitor);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, 10_000);
        return evaluations.ListAsync(monitor, limit, cancellationToken);
    }

    public Task<IReadOnlyList<MonitorAlert>> GetAlertsAsync(
        string? monitor = null,
        bool openOnly = false,
        CancellationToken cancellationToken = default
    ) => evaluations.ListAlertsAsync(monitor, openOnly, cancellationToken);

    public async Task<MonitorEvaluation> EvaluateAsync(
        string model,
        DateTimeOffset windowStart,
        DateTimeOffset windowEnd,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        if (windowEnd <= windowStart)
        {
            throw new ArgumentException($"The window ends at {windowEnd:O}, not after its start {windowStart:O}.", nameof(windowEnd));
        }

        await flusher.FlushAsync(null, cancellationToken).ConfigureAwait(false);
        var monitor = catalog.Find(model);
        var evaluation = await ComputeAsync(monitor, windowStart, windowEnd, cancellationToken).ConfigureAwait(false);
        if (IsOwnWindow(monitor, windowStart, windowEnd) && windowEnd <= clocks.Platform.GetUtcNow() && evaluation.Rows > 0)
        {
            await evaluations.RecordAsync(monitor, evaluation, MonitorKind.Drift, cancellationToken).ConfigureAwait(false);
            await evaluations.RecordAsync(monitor, evaluation, MonitorKind.DataQuality, cancellationToken).ConfigureAwait(false);
            if (!evaluation[MonitorKind.Performance].Provisional)
            {
                await evaluations.RecordAsync(monitor, evaluation, MonitorKind.Performance, cancellationToken).ConfigureAwait(false);
            }
        }

        return evaluation;
    }

    public async Task<int> EvaluateDueAsync(CancellationToken cancellationToken = default)
    {
        await flusher.FlushAsync(null, cancellationToken).ConfigureAwait(false);
        var recorded = 0;
        var errors = new List<Exception>();
        var monitors = await catalog.ListAsync(cancellationToken).ConfigureAwait(false);
        await ScheduleAsync(monitors, cancellationToken).ConfigureAwait(false);
        foreach (var monitor in monitors)
        {
            try
            {
                recorded += await EvaluateDueAsync(monitor, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                // One model's trouble must not blind the monitors of all that come after it.
                errors.Add(new MlPlatformException($"Monitor '{monitor.Name}' could not be evaluated: {e.Message}", e));
            }
        }

        return errors.Count == 0 ? recorded : throw new AggregateException("Monitors could not be evaluated; they stay due.", errors);
    }

    /// <summary>Most rounds bring no new monitor and write nothing.</summary>
    private async Task ScheduleAsync(IReadOnlyList<MonitorDefinition> monitors, CancellationToken cancellationToken)
    {
        var added = monitors.Where(m => !scheduled.ContainsKey(m.Name)).ToList();
        if (added.Count > 0)
        {
            await evaluations.ScheduleAsync(added, cancellationToken).ConfigureAwait(false);
            added.ForEach(m => scheduled.TryAdd(m.Name, true));
        }
    }

    private async Task<int> EvaluateDueAsync(MonitorDefinition monitor, CancellationToken cancellationToken)
    {
        var now = clocks.Platform.NowMicros();
        var size = Micros(monitor.Options.Window);

        // Windows beyond this have matured long ago; a monitor that slept longer starts anew from here.
        var since = Math.Max(0, now - Micros(monitor.Options.LabelHorizon) - (100 * size));
        since -= since % size;
        var closed = await windows
            .FindWindowsAsync(monitor.Model, size, since, now - Micros(monitor.Options.Delay), cancellationToken)
            .ConfigureAwait(false);
        closed.RemoveAll(w => w + size > now - Micros(monitor.Options.Delay));
        var drift = await evaluations.ListWindowsAsync(monitor.Name, MonitorKind.Drift, since, cancellationToken).ConfigureAwait(false);
        var quality = await evaluations
            .ListWindowsAsync(monitor.Name, MonitorKind.DataQuality, since, cancellationToken)
            .ConfigureAwait(false);
        var realized = await evaluations
            .ListWindowsAsync(monitor.Name, MonitorKind.Performance, since, cancellationToken)
            .ConfigureAwait(false);
        var recorded = 0;
        var waiting = false; // Performance is recorded in order of windows, so that hysteresis sees them in order.
        foreach (var start in closed)
        {
            var needsInputs = !drift.Contains(start) || !quality.Contains(start);
            var needsLabels = !waiting && !realized.Contains(start);
            if (!needsInputs && !needsLabels)
            {
                continue;
            }

            var evaluation = await ComputeAsync(
                    monitor,
                    StoredTime.FromMicros(start),
                    StoredTime.FromMicros(start + size),
                    cancellationToken
                )
                .ConfigureAwait(false);
            if (needsInputs)
            {
                recorded += await RecordAsync(monitor, evaluation, MonitorKind.Drift, cancellationToken).ConfigureAwait(false);
                recorded += await RecordAsync(monitor, evaluation, MonitorKind.DataQuality, cancellationToken).ConfigureAwait(false);
            }

            if (needsLabels)
            {
                waiting = evaluation[MonitorKind.Performance].Provisional;
                recorded += waiting
                    ? 0
                    : await RecordAsync(monitor, evaluation, MonitorKind.Performance, cancellationToken).ConfigureAwait(false);
            }
        }

        return recorded;
    }

    private async Task<int> RecordAsync(
        MonitorDefinition monitor,
        MonitorEvaluation evaluation,
        MonitorKind kind,
        CancellationToken cancellationToken
    ) => await evaluations.RecordAsync(monitor, evaluation, kind, cancellationToken).ConfigureAwait(false) ? 1 : 0;

    private async Task<MonitorEvaluation> ComputeAsync(
        MonitorDefinition monitor,
        DateTimeOffset start,
        DateTimeOffset end,
        CancellationToken cancellationToken
    )
    {
        using var activity = MonitoringDiagnostics.Source.StartActivity("monitor.evaluate");
        activity?.SetTag("monitor", monitor.Name);
        var began = clocks.Work.GetTimestamp();
        var content = await windows
            .ReadAsync(monitor.Model, StoredTime.ToMicros(start), StoredTime.ToMicros(end), cancellationToken)
            .ConfigureAwait(false);
        var profile = content.Pane?.Shape.Profile;
        var statistics = content.Pane is { } pane ? DriftJudge.Judge(pane, monitor.Options) : [];
        var report = content.Pane is null
            ? null
            : await performance.ReadAsync(monitor.Model, content.Version, start, end, cancellationToken).ConfigureAwait(false);
        var matured = HasMatured(monitor.Options, report, end);
        var referenceAuc =
            monitor.Options.ReferenceAuc ?? (profile is not null && profile.Metrics.TryGetValue("auc", out var auc) ? auc : null);
        var evaluation = new MonitorEvaluation(monitor.Name, monitor.Model, content.Version, start, end)
        {
            Rows = content.Rows,
            SkippedPanes = content.Skipped,
            Statistics = statistics,
            DatasetDrift = VerdictMaker.IsDatasetDrift(statistics, monitor.Options.DatasetDriftShare),
            Performance = report,
            Verdicts =
            [
                VerdictMaker.OfColumns(MonitorKind.Drift, statistics, content.Rows, profile is not null),
                VerdictMaker.OfColumns(MonitorKind.DataQuality, statistics, content.Rows, profile is not null),
                VerdictMaker.OfPerformance(report, referenceAuc, monitor.Options, matured),
            ],
        };
        MonitoringDiagnostics.EvaluationDuration.Record(clocks.Work.GetElapsedTime(began).TotalSeconds);
        return evaluation;
    }

    private bool HasMatured(MonitorOptions options, PerformanceReport? report, DateTimeOffset end)
    {
        var now = clocks.Platform.GetUtcNow();
        return now >= end && (now >= end + options.LabelHorizon || report?.Coverage >= options.LabelCoverage);
    }

    private static bool IsOwnWindow(MonitorDefinition monitor, DateTimeOffset start, DateTimeOffset end) =>
        end - start == monitor.Options.Window && StoredTime.ToMicros(start) % Micros(monitor.Options.Window) == 0;

    private static long Micros(TimeSpan time) => time.Ticks / TimeSpan.TicksPerMicrosecond;
}
