namespace MlPlatform.Testing;

/// <summary>What <see cref="FaultInjector"/> throws.</summary>
public sealed class InjectedFaultException : Exception
{
    /// <summary>Makes an exception.</summary>
    /// <param name="point">Where it was thrown.</param>
    public InjectedFaultException(string point)
        : base($"Injected fault at '{point}'.") => Point = point;

    /// <summary>Where it was thrown.</summary>
    public string Point { get; }
}
