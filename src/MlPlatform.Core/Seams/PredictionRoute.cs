namespace MlPlatform.Core;

/// <summary>Which way a request went.</summary>
public enum PredictionRoute
{
    /// <summary>To the version that serves by default.</summary>
    Primary,

    /// <summary>To the new version of a rollout.</summary>
    Canary,

    /// <summary>A copy to a version whose answer nobody sees.</summary>
    Shadow,
}
