using Microsoft.Extensions.Logging;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "{Version} is loaded and serves {Reference}.")]
    public static partial void Serves(ILogger logger, ModelVersionId version, string reference);

    [LoggerMessage(2, LogLevel.Error, "{Reference} could not be loaded; what served before goes on serving, and it will be tried again.")]
    public static partial void LoadFailed(ILogger logger, string reference, Exception exception);

    [LoggerMessage(3, LogLevel.Warning, "Following model {Model} failed; it goes on in a moment.")]
    public static partial void WatchFailed(ILogger logger, string model, Exception exception);

    [LoggerMessage(4, LogLevel.Warning, "Event {Type} of {Subject} could not be written.")]
    public static partial void EventFailed(ILogger logger, string type, AssetRef subject, Exception exception);

    [LoggerMessage(5, LogLevel.Error, "{Version} could not be disposed.")]
    public static partial void DisposeFailed(ILogger logger, ModelVersionId version, Exception exception);

    [LoggerMessage(6, LogLevel.Warning, "The observer of predictions of {Version} threw; this is said once for each version.")]
    public static partial void ObserverFailed(ILogger logger, ModelVersionId version, Exception exception);

    [LoggerMessage(7, LogLevel.Warning, "Shadow version {Version} failed on a copied request; this is said once for each version.")]
    public static partial void ShadowFailed(ILogger logger, ModelVersionId version, Exception exception);

    [LoggerMessage(8, LogLevel.Information, "Rollout {Rollout} of {Candidate} is {State}: {Reason}")]
    public static partial void RolloutMoved(ILogger logger, RolloutId rollout, ModelVersionId candidate, RolloutState state, string reason);

    [LoggerMessage(9, LogLevel.Warning, "Rollout {Rollout} could not be judged; it stays at its step.")]
    public static partial void RolloutHeld(ILogger logger, RolloutId rollout, Exception exception);

    [LoggerMessage(
        10,
        LogLevel.Warning,
        "{Count} calls still use {Version} after {Waited}; it is left in memory rather than taken from them."
    )]
    public static partial void StuckLease(ILogger logger, long count, ModelVersionId version, TimeSpan waited);
}
