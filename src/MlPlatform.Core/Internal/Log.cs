using Microsoft.Extensions.Logging;

namespace MlPlatform.Core.Internal;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Error, "A round of {Service} failed; the next one will be tried.")]
    public static partial void RoundFailed(ILogger logger, string service, Exception exception);

    [LoggerMessage(2, LogLevel.Error, "Recurring work '{Work}' due at {Due:O} failed; it will be tried again.")]
    public static partial void RecurringWorkFailed(ILogger logger, string work, DateTimeOffset due, Exception exception);

    [LoggerMessage(3, LogLevel.Warning, "Lease '{Lease}' could not be renewed; the work under it is cancelled.")]
    public static partial void LeaseRenewalFailed(ILogger logger, string lease, Exception exception);

    [LoggerMessage(4, LogLevel.Warning, "Configuration key '{Key}' is set, but nothing reads it. Known are: {Known}.")]
    public static partial void ConfigurationUnread(ILogger logger, string key, string known);

    [LoggerMessage(5, LogLevel.Error, "Events cannot be delivered to subscription '{Subscription}'; it will be tried again.")]
    public static partial void DeliveryFailed(ILogger logger, string subscription, Exception exception);

    [LoggerMessage(6, LogLevel.Warning, "Event {Event} was given up for subscription '{Subscription}' after {Attempts} attempts: {Error}")]
    public static partial void EventGivenUp(ILogger logger, string @event, string subscription, int attempts, string error);

    [LoggerMessage(7, LogLevel.Error, "What was captured and counted last may not be stored.")]
    public static partial void StopFailed(ILogger logger, Exception exception);
}
