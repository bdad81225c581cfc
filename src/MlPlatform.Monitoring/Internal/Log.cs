using Microsoft.Extensions.Logging;

namespace MlPlatform.Monitoring.Internal;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Error, "Captured predictions could not be stored; they are kept and tried again.")]
    public static partial void FlushFailed(ILogger logger, Exception exception);

    [LoggerMessage(
        2,
        LogLevel.Warning,
        "{Count} predictions of {Model} were dropped: the capture buffers were full, or their columns did not fit the layout."
    )]
    public static partial void RowsDropped(ILogger logger, ModelVersionId model, long count);

    [LoggerMessage(3, LogLevel.Warning, "A pane of layout {Layout} starting at {Start:O} is damaged and was left out.")]
    public static partial void PaneSkipped(ILogger logger, long layout, DateTimeOffset start, Exception exception);
}
