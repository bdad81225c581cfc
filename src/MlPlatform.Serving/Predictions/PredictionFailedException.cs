using MlPlatform.Core;

namespace MlPlatform.Serving;

/// <summary>
/// A model failed on an input that fits its signature. The cause is the inner exception: a <see cref="PredictionInputException"/> if its runtime blames the
/// values, such as an index outside a table.
/// </summary>
public sealed class PredictionFailedException : MlPlatformException
{
    /// <summary>Makes an exception with its cause.</summary>
    public PredictionFailedException(ModelVersionId version, Exception innerException)
        : base($"{version} failed on a valid input: {innerException?.Message}", innerException!) => Version = version;

    /// <summary>The version that failed.</summary>
    public ModelVersionId Version { get; }
}
