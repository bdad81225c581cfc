using MlPlatform.Core;

namespace MlPlatform.Serving;

/// <summary>A model has more to do than it can in time, so that a request was refused at once. Nothing was predicted; ask again later.</summary>
public sealed class ModelOverloadedException : MlPlatformException
{
    /// <summary>Makes an exception.</summary>
    /// <param name="version">The version that is busy.</param>
    /// <param name="message">How busy it is.</param>
    /// <param name="retryAfter">After how long what waits now is likely to be done.</param>
    public ModelOverloadedException(ModelVersionId version, string message, TimeSpan retryAfter)
        : base($"{version} has too much to do: {message}")
    {
        Version = version;
        RetryAfter = retryAfter;
    }

    /// <summary>The version that is busy.</summary>
    public ModelVersionId Version { get; }

    /// <summary>After how long what waits now is likely to be done.</summary>
    public TimeSpan RetryAfter { get; }
}
