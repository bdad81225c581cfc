namespace MlPlatform.Registry;

/// <summary>How a trace stands.</summary>
public enum TraceState
{
    /// <summary>Nobody said.</summary>
    Unspecified,

    /// <summary>It ended well.</summary>
    Ok,

    /// <summary>It ended in an error.</summary>
    Error,

    /// <summary>Its first span has not ended yet.</summary>
    InProgress,
}
