using Microsoft.Extensions.Logging;

namespace MlPlatform.Registry.Mlflow.Internal;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "The events of call {Id} are not written yet and follow later: {Reason}")]
    public static partial void EventsLater(ILogger logger, string id, string reason);

    [LoggerMessage(2, LogLevel.Information, "A call of the MLflow server was cut off before its event {Event}: it was done: {Happened}")]
    public static partial void Recovered(ILogger logger, string @event, bool happened);

    [LoggerMessage(3, LogLevel.Warning, "{Count} calls of the MLflow server wait for their events: {Reason}")]
    public static partial void NotRecovered(ILogger logger, int count, string reason);

    [LoggerMessage(4, LogLevel.Warning, "The aliases of model {Model} cannot be read and are tried again: {Reason}")]
    public static partial void NotPolled(ILogger logger, string model, string reason);
}
