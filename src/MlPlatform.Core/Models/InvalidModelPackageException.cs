namespace MlPlatform.Core;

/// <summary>A model package or its manifest breaks a rule; nothing was stored.</summary>
public sealed class InvalidModelPackageException : MlPlatformException
{
    /// <summary>Makes an exception.</summary>
    public InvalidModelPackageException(string message)
        : base(message) { }

    /// <summary>Makes an exception with its cause.</summary>
    public InvalidModelPackageException(string message, Exception innerException)
        : base(message, innerException) { }
}
