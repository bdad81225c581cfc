namespace MlPlatform.Core;

/// <summary>Places where a test may stop the process or throw. Does nothing unless MlPlatform.Testing installs one.</summary>
public interface IFaultPoints
{
    /// <summary>Passes a named point.</summary>
    void Hit(string name);
}
