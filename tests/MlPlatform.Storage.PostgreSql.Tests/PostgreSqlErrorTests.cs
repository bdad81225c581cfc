using MlPlatform.Core;
using MlPlatform.Storage.PostgreSql.Internal;
using Npgsql;

namespace MlPlatform.Storage.PostgreSql.Tests;

/// <summary>What the reader of an error is told, for states that no test can bring about on a shared server.</summary>
public sealed class PostgreSqlErrorTests
{
    [Theory]
    [InlineData(PostgresErrorCodes.DiskFull, "disk is full")]
    [InlineData(PostgresErrorCodes.ReadOnlySqlTransaction, "read-only")]
    [InlineData(PostgresErrorCodes.TooManyConnections, "max_connections")]
    [InlineData(PostgresErrorCodes.AdminShutdown, "repeat the operation later")]
    [InlineData(PostgresErrorCodes.CannotConnectNow, "repeat the operation later")]
    [InlineData(PostgresErrorCodes.InvalidPassword, "ConnectionStrings:MlPlatform")]
    [InlineData(PostgresErrorCodes.InsufficientPrivilege, "create the schema")]
    public void Unusable_server_is_named_with_what_to_do(string state, string advice)
    {
        var error = Assert.IsType<StorageUnavailableException>(Translate(new PostgresException("said", "FATAL", "FATAL", state)));
        Assert.Equal("postgresql://db:5432/d", error.Path);
        Assert.Contains(advice, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(PostgresErrorCodes.LockNotAvailable)]
    [InlineData(PostgresErrorCodes.QueryCanceled)]
    [InlineData(PostgresErrorCodes.DeadlockDetected)]
    public void Statement_that_waited_too_long_is_a_busy_database(string state) =>
        Assert.IsType<DatabaseBusyException>(Translate(new PostgresException("said", "ERROR", "ERROR", state)));

    [Fact]
    public void Timed_out_command_is_a_busy_database() =>
        Assert.IsType<DatabaseBusyException>(Translate(new NpgsqlException("said", new TimeoutException())));

    [Fact]
    public void Error_of_the_statement_itself_is_the_callers()
    {
        var error = new PostgresException("said", "ERROR", "ERROR", PostgresErrorCodes.UniqueViolation);
        Assert.Same(error, Translate(error));
        Assert.False(PostgreSqlErrors.CanRepeat(error));
    }

    [Theory]
    [InlineData(PostgresErrorCodes.SerializationFailure)]
    [InlineData(PostgresErrorCodes.DeadlockDetected)]
    [InlineData(PostgresErrorCodes.AdminShutdown)]
    public void Transaction_that_the_server_undid_may_run_again(string state) =>
        Assert.True(PostgreSqlErrors.CanRepeat(new PostgresException("said", "ERROR", "ERROR", state)));

    private static Exception Translate(Exception error) =>
        PostgreSqlErrors.Translate(error, DatabaseNames.Metadata, "postgresql://db:5432/d", new());
}
