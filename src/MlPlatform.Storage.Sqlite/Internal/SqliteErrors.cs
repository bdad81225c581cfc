using Microsoft.Data.Sqlite;
using MlPlatform.Core;

namespace MlPlatform.Storage.Sqlite.Internal;

/// <summary>Turns SQLite's result codes into errors that say what to do.</summary>
internal static class SqliteErrors
{
    public static Exception Translate(Exception error, string name, string path, TimeSpan busyTimeout) =>
        error is SqliteException sqlite
            ? sqlite.SqliteErrorCode switch
            {
                5 or 6 => new DatabaseBusyException(name, busyTimeout, error),
                8 => new StorageUnavailableException(
                    path,
                    "it is read-only; give this process the right to write to the file and its folder",
                    error
                ),
                10 => new StorageUnavailableException(path, "the disk gave an error", error),
                11 or 26 => new StorageUnavailableException(path, "it is damaged or no SQLite database; restore it from a backup", error),
                13 => new StorageUnavailableException(path, "the disk is full; free some space and repeat the operation", error),
                14 => new StorageUnavailableException(
                    path,
                    "it cannot be opened; check that its folder exists and may be written to",
                    error
                ),
                _ => error,
            }
            : error;
}
