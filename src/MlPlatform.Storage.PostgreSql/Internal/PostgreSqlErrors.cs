using System.Net.Sockets;
using MlPlatform.Core;
using Npgsql;

namespace MlPlatform.Storage.PostgreSql.Internal;

/// <summary>Turns the server's codes and the driver's failures into errors that say what to do.</summary>
internal static class PostgreSqlErrors
{
    /// <summary>Nothing was stored, and running the body again may well succeed.</summary>
    public static bool CanRepeat(Exception error) =>
        error is PostgresException { SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected }
        || IsConnectionLost(error);

    /// <summary>The server or the way to it went away while a connection was in use.</summary>
    public static bool IsConnectionLost(Exception error) =>
        error switch
        {
            PostgresException e => e.SqlState
                is PostgresErrorCodes.AdminShutdown
                    or PostgresErrorCodes.CrashShutdown
                    or PostgresErrorCodes.CannotConnectNow
                    or PostgresErrorCodes.IdleSessionTimeout
                    or "25P03", // idle_in_transaction_session_timeout
            NpgsqlException e => e.InnerException is IOException or SocketException or ObjectDisposedException,
            _ => false,
        };

    public static Exception Translate(Exception error, string name, string target, PostgreSqlOptions options) =>
        error switch
        {
            PostgresException e => Translate(e, name, target, options),
            NpgsqlException { InnerException: TimeoutException } => new DatabaseBusyException(name, options.CommandTimeout, error),
            NpgsqlException e => Unavailable(
                target,
                e,
                "the server cannot be reached, or the connection to it was lost; check address, network and server"
            ),
            _ => error,
        };

    private static Exception Translate(PostgresException error, string name, string target, PostgreSqlOptions options) =>
        error.SqlState switch
        {
            _ when IsConnectionLost(error) => Unavailable(
                target,
                error,
                "the server shuts down, starts, or ended the connection; repeat the operation later"
            ),
            PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.QueryCanceled => new DatabaseBusyException(
                name,
                options.CommandTimeout,
                error
            ),
            PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected => new DatabaseBusyException(
                name,
                options.CommandTimeout,
                error
            ),
            PostgresErrorCodes.DiskFull => Unavailable(
                target,
                error,
                "the server's disk is full; free some space there and repeat the operation"
            ),
            PostgresErrorCodes.TooManyConnections => Unavailable(
                target,
                error,
                $"the server has no free connection; raise its max_connections, or lower {PostgreSqlOptions.Section}:MaxConcurrentWrites and MaxConcurrentReads"
            ),
            PostgresErrorCodes.ReadOnlySqlTransaction => Unavailable(
                target,
                error,
                "it is read-only; connect to the primary server, for example with 'Target Session Attributes=read-write'"
            ),
            PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification => Unavailable(
                target,
                error,
                $"the server refuses the user or its password; check ConnectionStrings:{PostgreSqlConnections.ConnectionName}"
            ),
            PostgresErrorCodes.InvalidCatalogName => Unavailable(target, error, "the server has no such database; create it, empty, first"),
            PostgresErrorCodes.InsufficientPrivilege => Unavailable(
                target,
                error,
                $"the user lacks a right ({error.MessageText}); let it use schema '{options.Schema}' and create tables there, or create the schema for it"
            ),
            PostgresErrorCodes.InFailedSqlTransaction => new MlPlatformException(
                $"A statement of a transaction on '{name}' failed and its body went on. Nothing was stored.",
                error
            ),
            PostgresErrorCodes.CharacterNotInRepertoire => new MlPlatformException(
                $"A text holds a character with code 0, which PostgreSQL does not store ('{name}'). Nothing was stored; leave it out.",
                error
            ),
            _ => error,
        };

    private static StorageUnavailableException Unavailable(string target, Exception error, string reason) => new(target, reason, error);
}
