namespace MlPlatform.Monitoring;

/// <summary>One monitor's findings for one window.</summary>
/// <param name="Monitor">The monitor.</param>
/// <param name="Model">The model.</param>
/// <param name="Version">The version judged: the one with the most predictions in the window; 0 when there were none.</param>
/// <param name="WindowStart">Start of the window in event time.</param>
/// <param name="WindowEnd">End of the window, excluded.</param>
public sealed record MonitorEvaluation(string Monitor, string Model, int Version, DateTimeOffset WindowStart, DateTimeOffset WindowEnd)
{
    /// <summary>Rows of the window, shadow traffic left out.</summary>
    public long Rows { get; init; }

    /// <summary>Stored panes that were damaged and left out.</summary>
    public int SkippedPanes { get; init; }

    /// <summary>Whether at least the configured share of columns drifted.</summary>
    public bool DatasetDrift { get; init; }

    /// <summary>One verdict for each kind.</summary>
    public required IReadOnlyList<MonitorVerdict> Verdicts { get; init; }

    /// <summary>Every statistic of every column.</summary>
    public IReadOnlyList<MonitorStatistic> Statistics { get; init; } = [];

    /// <summary>Realized performance; null when there were no predictions.</summary>
    public PerformanceReport? Performance { get; init; }

    /// <summary>The verdict of a kind.</summary>
    public MonitorVerdict this[MonitorKind kind] => Verdicts.First(v => v.Kind == kind);
}
