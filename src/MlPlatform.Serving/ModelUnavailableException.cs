using MlPlatform.Core;

namespace MlPlatform.Serving;

/// <summary>No version of a model could be loaded, so there is nothing to predict with. The cause is the inner exception.</summary>
public sealed class ModelUnavailableException : MlPlatformException
{
    /// <summary>Makes an exception with its cause.</summary>
    public ModelUnavailableException(string message, Exception innerException)
        : base(message, innerException) { }
}
