namespace MlPlatform.Core;

/// <summary>The base of every exception that the platform itself throws. Its message says what was wrong, where, and what to do.</summary>
public class MlPlatformException : Exception
{
    /// <summary>Makes an exception.</summary>
    public MlPlatformException(string message)
        : base(message) { }

    /// <summary>Makes an exception with its cause.</summary>
    public MlPlatformException(string message, Exception innerException)
        : base(message, innerException) { }
}
