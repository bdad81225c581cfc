namespace MlPlatform.Core;

/// <summary>What a gate answers.</summary>
public enum GateVerdict
{
    /// <summary>Too little evidence to say; never promotes.</summary>
    Inconclusive,

    /// <summary>The evidence is good enough.</summary>
    Pass,

    /// <summary>The evidence is against it.</summary>
    Fail,
}
