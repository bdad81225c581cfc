namespace MlPlatform.Features;

/// <summary>How a training set is made.</summary>
public sealed class TrainingSetOptions
{
    /// <summary>The column of the time at which each row's features must have been known. Default: <c>event_timestamp</c>, else the only time column.</summary>
    public string? EventTime { get; set; }

    /// <summary>Whether only what was recorded by each row's time counts. Default: false. Needs sources with a created time.</summary>
    public bool KnownAt { get; set; }
}
