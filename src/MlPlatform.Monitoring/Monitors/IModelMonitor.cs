namespace MlPlatform.Monitoring;

/// <summary>Labels in, findings out: the entry point of Monitoring.</summary>
/// <remarks>Thread-safe.</remarks>
public interface IModelMonitor
{
    /// <summary>Records what became true of a prediction. The last label wins and the one before is kept in an audit row; the same label again changes nothing.</summary>
    /// <param name="predictionId">Which prediction; it need not be stored yet.</param>
    /// <param name="label">The true value; 0 or 1 for a binary classifier.</param>
    /// <param name="at">When it became known, platform time; null means now.</param>
    /// <param name="cancellationToken">Cancels the call before it commits.</param>
    /// <exception cref="ArgumentException">The label is not finite.</exception>
    Task RecordOutcomeAsync(
        PredictionId predictionId,
        double label,
        DateTimeOffset? at = null,
        CancellationToken cancellationToken = default
    );

    /// <summary>Records many outcomes in one transaction. An id that appears twice takes its last label.</summary>
    /// <returns>How many were new or changed.</returns>
    /// <exception cref="ArgumentException">A label is not finite.</exception>
    Task<int> RecordOutcomesAsync(IReadOnlyCollection<Outcome> outcomes, CancellationToken cancellationToken = default);

    /// <summary>Judges a window. Predictions captured by this process are stored first.</summary>
    /// <remarks>
    /// A closed window of the monitor's own grid is recorded, once over all processes and calls, with its events and alerts: inputs at once,
    /// performance when its labels have matured. Any other stretch of time is judged without a trace.
    /// </remarks>
    /// <param name="model">The model.</param>
    /// <param name="windowStart">Start in event time; panes that begin in the window are taken.</param>
    /// <param name="windowEnd">End, excluded.</param>
    /// <param name="cancellationToken">Cancels the evaluation.</param>
    /// <exception cref="ArgumentException">The window is empty.</exception>
    Task<MonitorEvaluation> EvaluateAsync(
        string model,
        DateTimeOffset windowStart,
        DateTimeOffset windowEnd,
        CancellationToken cancellationToken = default
    );

    /// <summary>Judges every window that is due for every monitor, oldest first. The recurring work of this module calls it.</summary>
    /// <returns>How many verdicts were recorded.</returns>
    /// <exception cref="AggregateException">Some monitors could not be evaluated, each with its name. The others were all the same.</exception>
    Task<int> EvaluateDueAsync(CancellationToken cancellationToken = default);

    /// <summary>Realized performance over a stretch of prediction time, from exact scores. Predictions captured by this process are stored first.</summary>
    Task<PerformanceReport> GetPerformanceAsync(
        string model,
        DateTimeOffset from,
        DateTimeOffset to,
        int? version = null,
        CancellationToken cancellationToken = default
    );

    /// <summary>The recorded evaluations of a monitor, newest first: one row for each kind of verdict and window.</summary>
    /// <param name="monitor">The monitor's name; the model's for a default monitor.</param>
    /// <param name="limit">How many at most, 1 to 10,000.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    Task<IReadOnlyList<MonitorEvaluation>> GetEvaluationsAsync(
        string monitor,
        int limit = 100,
        CancellationToken cancellationToken = default
    );

    /// <summary>The alerts of a monitor, newest first.</summary>
    /// <param name="monitor">The monitor's name; null for all monitors.</param>
    /// <param name="openOnly">Only those not resolved.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    Task<IReadOnlyList<MonitorAlert>> GetAlertsAsync(
        string? monitor = null,
        bool openOnly = false,
        CancellationToken cancellationToken = default
    );
}
