namespace MlPlatform.Monitoring.Internal;

/// <summary>Hysteresis: when an alert opens and when it is resolved.</summary>
internal static class AlertRule
{
    /// <param name="recent">Conclusive states of the same model version, newest (the present one) first.</param>
    /// <param name="options">The monitor's options.</param>
    /// <param name="inCooldown">Whether an alert was resolved too shortly before.</param>
    public static bool Opens(IReadOnlyList<MonitorState> recent, MonitorOptions options, bool inCooldown) =>
        !inCooldown && recent is [MonitorState.Drifted, ..] && CountDrifted(recent, options) >= options.AlertAfter;

    /// <param name="recent">Conclusive states of the same model version, newest (the present one) first.</param>
    /// <param name="options">The monitor's options.</param>
    public static bool Resolves(IReadOnlyList<MonitorState> recent, MonitorOptions options) =>
        recent is [not MonitorState.Drifted, ..] && CountDrifted(recent, options) < options.AlertAfter;

    private static int CountDrifted(IReadOnlyList<MonitorState> recent, MonitorOptions options) =>
        recent.Take(options.AlertWindows).Count(s => s == MonitorState.Drifted);
}
