using MlPlatform.Core;

namespace MlPlatform.Serving;

/// <summary>A version could not be loaded. What served before goes on serving; without it there is nothing to predict with. The cause is the inner exception.</summary>
/// <remarks>Thrown too for a model that was unloaded.</remarks>
public sealed class ModelUnavailableException : MlPlatformException
{
    /// <summary>Makes an exception with its cause.</summary>
    public ModelUnavailableException(string reference, Exception innerException)
        : base($"'{reference}' cannot be loaded: {innerException?.Message}", innerException!) => Reference = reference;

    internal ModelUnavailableException(string reference)
        : base($"'{reference}' was unloaded. Load it to use it again.") => (Reference, IsUnloaded) = (reference, true);

    /// <summary>Whether it was taken out of use; then there is no cause.</summary>
    public bool IsUnloaded { get; }

    /// <summary>The reference, <c>name@alias</c> or <c>name@vN</c>.</summary>
    public string Reference { get; }
}
