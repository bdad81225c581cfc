using Microsoft.Extensions.Logging;

namespace MlPlatform.Pipelines.Internal;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "Step {Step} failed in attempt {Attempt}.")]
    public static partial void StepFailed(ILogger logger, string step, int attempt, Exception exception);

    [LoggerMessage(2, LogLevel.Warning, "Step {Step} lost its lease under fence {Fence}; what it did was not committed.")]
    public static partial void StepLost(ILogger logger, string step, long fence, Exception exception);

    [LoggerMessage(3, LogLevel.Error, "Step {Step} could not be committed under fence {Fence}; it is taken back when its lease runs out.")]
    public static partial void StepNotCommitted(ILogger logger, string step, long fence, Exception exception);

    [LoggerMessage(4, LogLevel.Error, "A round of the pipeline worker failed; the next one follows.")]
    public static partial void RoundFailed(ILogger logger, Exception exception);

    [LoggerMessage(5, LogLevel.Error, "Trigger {Trigger} could not judge its cause; it counts as not fired.")]
    public static partial void TriggerFailed(ILogger logger, string trigger, Exception exception);

    [LoggerMessage(6, LogLevel.Warning, "{Count} steps were taken back from workers that are gone.")]
    public static partial void StepsTakenBack(ILogger logger, int count);

    [LoggerMessage(5, LogLevel.Warning, "Step {Step} could not be stored; it is tried again soon, and this does not count as its failure.")]
    public static partial void StepPostponed(ILogger logger, string step, Exception exception);
}
