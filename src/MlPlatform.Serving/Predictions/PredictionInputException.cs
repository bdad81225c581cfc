using MlPlatform.Core;

namespace MlPlatform.Serving;

/// <summary>An input cannot be given to the model as it is; nothing was predicted.</summary>
public sealed class PredictionInputException : MlPlatformException
{
    /// <summary>Makes an exception.</summary>
    public PredictionInputException(string message)
        : base(message) { }

    internal PredictionInputException(string message, Exception innerException)
        : base(message, innerException) { }
}
