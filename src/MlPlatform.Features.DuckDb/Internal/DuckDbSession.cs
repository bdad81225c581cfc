using DuckDB.NET.Data;
using MlPlatform.Core;
using DuckDBErrorType = DuckDB.NET.Native.DuckDBErrorType;

namespace MlPlatform.Features.DuckDb.Internal;

/// <summary>One connection with its own temporary tables, for one computation.</summary>
internal sealed class DuckDbSession(DuckDBConnection connection, CancellationToken cancellationToken) : IDisposable
{
    public CancellationToken CancellationToken => cancellationToken;

    public DuckDBAppender Append(string table) => connection.CreateAppender(table);

    public void Execute(string sql) => Run(sql, static command => command.ExecuteNonQuery());

    public T Read<T>(string sql, Func<DuckDBDataReader, T> read) =>
        Run(
            sql,
            command =>
            {
                // The answer arrives in chunks instead of being held twice.
                command.UseStreamingMode = true;
                using var reader = command.ExecuteReader();
                return read(reader);
            }
        );

    public void Dispose() => connection.Dispose();

    private T Run<T>(string sql, Func<DuckDBCommand, T> run)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var registration = cancellationToken.UnsafeRegister(static state => ((DuckDBCommand)state!).Cancel(), command);
        try
        {
            return run(command);
        }
        catch (DuckDBException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (DuckDBException e) when (e.ErrorType == DuckDBErrorType.Io)
        {
            throw new StorageUnavailableException("offline data", e.Message.TrimEnd('.'), e); // DuckDB names the file.
        }
    }
}
