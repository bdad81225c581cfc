namespace MlPlatform.Monitoring;

/// <summary>What a monitor found.</summary>
public enum MonitorState
{
    /// <summary>Too little to say.</summary>
    Inconclusive,

    /// <summary>Nothing beyond what chance gives.</summary>
    Ok,

    /// <summary>A real but small difference.</summary>
    Warning,

    /// <summary>A real difference beyond the threshold.</summary>
    Drifted,
}
