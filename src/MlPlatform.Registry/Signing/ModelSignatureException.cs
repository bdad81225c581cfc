using MlPlatform.Core;

namespace MlPlatform.Registry;

/// <summary>A model's signature is missing, malformed, by somebody who is not trusted, or not of these files. The message says which.</summary>
public sealed class ModelSignatureException : MlPlatformException
{
    /// <summary>Makes an exception.</summary>
    public ModelSignatureException(string message)
        : base(message) { }

    /// <summary>Makes an exception with its cause.</summary>
    public ModelSignatureException(string message, Exception innerException)
        : base(message, innerException) { }
}
