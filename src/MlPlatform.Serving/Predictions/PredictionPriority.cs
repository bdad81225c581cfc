namespace MlPlatform.Serving;

/// <summary>Which of the requests that wait for a busy model goes first.</summary>
/// <remarks>Each step is a head start of <see cref="ServingOptions.MaxQueueTime"/>, so that none waits for ever.</remarks>
public enum PredictionPriority
{
    /// <summary>As it comes.</summary>
    Normal,

    /// <summary>Before the others.</summary>
    High,

    /// <summary>After the others, and the first to be refused when the model has too much to do.</summary>
    Low,
}
