using MlPlatform.Core;

namespace MlPlatform.Serving;

/// <summary>A request's time, <see cref="PredictOptions.Timeout"/>, was over before its model had come to it. Nothing was predicted.</summary>
public sealed class PredictionTimeoutException : MlPlatformException
{
    /// <summary>Makes an exception.</summary>
    /// <param name="version">The version that was asked.</param>
    /// <param name="timeout">The time that the request had.</param>
    public PredictionTimeoutException(ModelVersionId version, TimeSpan timeout)
        : base(FormattableString.Invariant($"{version} did not come to the request within {timeout.TotalMilliseconds:0.###} ms."))
    {
        Version = version;
        Timeout = timeout;
    }

    /// <summary>For a request that came before its model was in memory.</summary>
    internal PredictionTimeoutException(ModelReference reference, TimeSpan timeout)
        : base(FormattableString.Invariant($"'{reference}' was not loaded within {timeout.TotalMilliseconds:0.###} ms.")) =>
        Timeout = timeout;

    /// <summary>The version that was asked; null when none was in memory yet.</summary>
    public ModelVersionId? Version { get; }

    /// <summary>The time that the request had.</summary>
    public TimeSpan Timeout { get; }
}
