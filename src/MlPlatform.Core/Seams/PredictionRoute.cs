namespace MlPlatform.Core;

/// <summary>Which way a request went.</summary>
/// <remarks>Stored by number: the numbers do not change.</remarks>
public enum PredictionRoute
{
    /// <summary>To the version that serves by default.</summary>
    Primary = 0,

    /// <summary>To the new version of a rollout.</summary>
    Canary = 1,

    /// <summary>A copy to a version whose answer nobody sees.</summary>
    Shadow = 2,

    /// <summary>To the version that the caller has named to try it out: no share of the traffic, so that neither a rollout nor a window of monitoring counts it.</summary>
    Targeted = 3,
}
