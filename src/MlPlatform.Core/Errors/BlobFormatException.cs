namespace MlPlatform.Core;

/// <summary>Stored binary content is damaged or of an unknown format.</summary>
public sealed class BlobFormatException : MlPlatformException
{
    /// <summary>Makes an exception.</summary>
    public BlobFormatException(string message)
        : base(message) { }

    /// <summary>Makes an exception with its cause.</summary>
    public BlobFormatException(string message, Exception innerException)
        : base(message, innerException) { }
}
