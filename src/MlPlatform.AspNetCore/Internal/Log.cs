using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Routes are logged by their pattern: paths and queries may hold what a log should not.</summary>
internal static partial class Log
{
    [LoggerMessage(
        1,
        LogLevel.Warning,
        "No authorization policy of the platform is defined: its routes answer callers on this machine only. Define {Policies} to open them."
    )]
    public static partial void LocalOnly(ILogger logger, string policies);

    [LoggerMessage(2, LogLevel.Error, "{Method} {Route} failed and was answered with {Status}.")]
    public static partial void Failed(ILogger logger, string method, string route, int status, Exception exception);

    [LoggerMessage(3, LogLevel.Error, "{Method} {Route} failed in the middle of its answer; the connection was closed.")]
    public static partial void BrokenOff(ILogger logger, string method, string route, Exception exception);

    [LoggerMessage(4, LogLevel.Information, "{Method} {Route} was refused: {Reason}")]
    public static partial void Refused(ILogger logger, string method, string route, string reason);

    [LoggerMessage(5, LogLevel.Error, "The health check failed.")]
    public static partial void Unhealthy(ILogger logger, Exception exception);

    [LoggerMessage(7, LogLevel.Warning, "The time to stop is over and {Count} requests are not answered yet; they are broken off.")]
    public static partial void StillRunning(ILogger logger, int count);

    [LoggerMessage(6, LogLevel.Warning, "The value of '{Key}' has {Length} characters; the first {Kept} were kept.")]
    public static partial void Shortened(ILogger logger, string key, int length, int kept);

    [LoggerMessage(7, LogLevel.Error, "{Method} failed and was answered with {Status}.")]
    public static partial void CallFailed(ILogger logger, string method, StatusCode status, Exception exception);
}
