namespace MlPlatform.Monitoring;

/// <summary>One statistic of one column in one window, with what it was judged by.</summary>
/// <param name="Column">The column; <see cref="ReferenceProfile.ScoreColumn"/> for scores.</param>
/// <param name="Kind">Which verdict it belongs to.</param>
/// <param name="Method"><c>psi</c>, <c>meanShift</c>, <c>jensenShannon</c>, <c>missing</c>, <c>infinite</c>, <c>outOfRange</c> or <c>unseen</c>.</param>
/// <param name="Value">The effect; NaN when undefined.</param>
/// <param name="State">What it means on its own.</param>
/// <param name="Reason">Why, in a few words.</param>
public sealed record MonitorStatistic(string Column, MonitorKind Kind, string Method, double Value, MonitorState State, string Reason)
{
    /// <summary>The effect beyond which a column counts as drifted, the null mean included.</summary>
    public double Threshold { get; init; }

    /// <summary>The effect beyond which a warning is given, the null mean included.</summary>
    public double WarningThreshold { get; init; }

    /// <summary>What the effect would be on average for so many rows if nothing differed.</summary>
    public double NullMean { get; init; }

    /// <summary>The p-value of the test that goes with the method; NaN when undefined.</summary>
    public double PValue { get; init; } = double.NaN;

    /// <summary>The p-value adjusted by Benjamini-Hochberg over all statistics of the window.</summary>
    public double AdjustedPValue { get; init; } = double.NaN;

    /// <summary>Rows of the reference.</summary>
    public long ReferenceRows { get; init; }

    /// <summary>Rows of the window.</summary>
    public long CurrentRows { get; init; }
}
