using Microsoft.Extensions.Logging;

namespace MlPlatform.Features.Internal;

internal static partial class Log
{
    [LoggerMessage(
        1,
        LogLevel.Warning,
        "Rows of source '{Source}' are stored but could not be sealed into a segment; it is tried again with a later push and at the next start."
    )]
    public static partial void SealFailed(ILogger logger, string source, Exception exception);
}
