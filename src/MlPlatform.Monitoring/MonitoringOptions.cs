namespace MlPlatform.Monitoring;

/// <summary>Options of capture and storage; configuration section <c>MlPlatform:Monitoring</c>. A monitor's own are <see cref="MonitorOptions"/>.</summary>
public sealed class MonitoringOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "MlPlatform:Monitoring";

    /// <summary>Rows of a capture block. Default: 256. Range: 16 to 65,536.</summary>
    public int BlockRows { get; set; } = 256;

    /// <summary>Blocks that may hold rows at the same time, shared fairly by the models in use. Default: 1,024. At least 16.</summary>
    /// <remarks>A replay that counts exactly calls <see cref="IPredictionObserver.FlushAsync"/> at least every <see cref="ExactRows"/> rows.</remarks>
    public int BufferBlocks { get; set; } = 1024;

    /// <summary>How often captured rows are stored, in work time. Default: 1 s. At least 10 ms, at most 1 hour.</summary>
    public TimeSpan FlushInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The length of a pane of event time, the finest window there is. Default: 1 hour. From 1 minute to 1 day, a divisor of a day.</summary>
    public TimeSpan PaneSize { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How often monitors are looked at, by platform time. Default: 1 hour. At least 1 minute.</summary>
    public TimeSpan EvaluationInterval { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long predictions and outcomes are kept, by platform time. Default: 400 days. At least 1 day.</summary>
    public TimeSpan PredictionRetention { get; set; } = TimeSpan.FromDays(400);

    /// <summary>How long panes and the evaluations of their windows are kept, by platform time. Default: 800 days. At least 1 day.</summary>
    public TimeSpan PaneRetention { get; set; } = TimeSpan.FromDays(800);

    /// <summary>The total error of the rollout judge over all its looks. Default: .005. Between 0 and .1.</summary>
    public double RolloutAlpha { get; set; } = 0.005;

    /// <summary>Predictions of each version that the rollout judge wants before it decides. Default: 500. At least 50.</summary>
    public int RolloutMinimumRows { get; set; } = 500;

    /// <summary>Stability index between both versions' scores beyond which a rollout fails, above what chance gives. Default: .5. Positive.</summary>
    public double RolloutScorePsi { get; set; } = 0.5;

    /// <summary>How much lower the area under the ROC curve of a rollout's new version may be. Default: .02. Not negative.</summary>
    public double RolloutAucMargin { get; set; } = 0.02;

    /// <summary>
    /// Labelled predictions of each version without which a rollout's new version does not pass. Default: 0, since a rollout's steps usually end
    /// before labels come; performance is then judged when there are labels, and afterwards by the monitor. Not negative.
    /// </summary>
    public int RolloutMinimumLabelled { get; set; }

    /// <summary>Rows that can surely be observed between two barriers when so many models share the buffers.</summary>
    /// <param name="models">How many layouts (model versions) are observed.</param>
    public int ExactRows(int models = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(models, 1);
        return Math.Max(1, (BufferBlocks / models) - Internal.LayoutCapture.MaximumStripes) * BlockRows;
    }
}
