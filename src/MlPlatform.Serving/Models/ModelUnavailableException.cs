using MlPlatform.Core;

namespace MlPlatform.Serving;

/// <summary>A version could not be loaded. What served before goes on serving; without it there is nothing to predict with. The cause is the inner exception.</summary>
public sealed class ModelUnavailableException : MlPlatformException
{
    /// <summary>Makes an exception with its cause.</summary>
    public ModelUnavailableException(string reference, Exception innerException)
        : base($"'{reference}' cannot be loaded: {innerException?.Message}", innerException!) => Reference = reference;

    /// <summary>The reference, <c>name@alias</c> or <c>name@vN</c>.</summary>
    public string Reference { get; }
}
