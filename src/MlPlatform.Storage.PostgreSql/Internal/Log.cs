using Microsoft.Extensions.Logging;

namespace MlPlatform.Storage.PostgreSql.Internal;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Debug, "Transaction on {Database} runs again, attempt {Attempt}")]
    public static partial void Repeated(ILogger logger, string database, int attempt, Exception exception);

    [LoggerMessage(2, LogLevel.Warning, "Other processes could not be told of a change in {Target}; they will find it within a second")]
    public static partial void SignalNotSent(ILogger logger, string target, Exception exception);

    [LoggerMessage(
        3,
        LogLevel.Warning,
        "The connection that listens to {Target} was lost; changes of other processes are found by polling until it is back"
    )]
    public static partial void ListenerLost(ILogger logger, string target, Exception exception);
}
