namespace MlPlatform.Monitoring;

/// <summary>What a verdict is about. The three are separate: inputs may drift with the seasons while performance stays.</summary>
public enum MonitorKind
{
    /// <summary>The distributions of inputs and scores.</summary>
    Drift,

    /// <summary>Missing, infinite, out-of-range and unseen values.</summary>
    DataQuality,

    /// <summary>Realized performance and calibration, from labels.</summary>
    Performance,
}
