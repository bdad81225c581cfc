using Microsoft.Extensions.Logging;

namespace MlPlatform.Registry.Git.Internal;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "The git repository at {Directory} cannot be read; runs are recorded without its state.")]
    public static partial void CannotRead(ILogger logger, string directory, Exception exception);
}
