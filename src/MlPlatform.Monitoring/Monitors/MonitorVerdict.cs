namespace MlPlatform.Monitoring;

/// <summary>What one kind of check says about a window.</summary>
/// <param name="Kind">Which kind.</param>
/// <param name="State">What was found.</param>
/// <param name="Reason">One sentence for the person who reads it.</param>
/// <param name="Columns">The columns behind a state other than Ok.</param>
public sealed record MonitorVerdict(MonitorKind Kind, MonitorState State, string Reason, IReadOnlyList<string> Columns)
{
    /// <summary>Whether it may still change: labels of the window are yet to come.</summary>
    public bool Provisional { get; init; }
}
