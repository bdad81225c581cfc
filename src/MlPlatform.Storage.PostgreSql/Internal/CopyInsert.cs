using MlPlatform.Core;
using Npgsql;

namespace MlPlatform.Storage.PostgreSql.Internal;

/// <summary>Inserts many rows by COPY, which takes half the time of a statement that looks for rows that are there already.</summary>
internal static class CopyInsert
{
    /// <summary>Fewer are not worth the two exchanges with the server.</summary>
    public const int LeastRows = 100;

    private const string Savepoint = "mlp_copy";

    /// <returns>False when a row is there already, or twice among these: then none was inserted, and the transaction goes on.</returns>
    public static async Task<bool> TryAsync(NpgsqlTransaction transaction, string table, IReadOnlyList<InsertColumn> columns, int rows)
    {
        // Not released: it goes with the transaction, and would take an exchange with the server.
        await transaction.SaveAsync(Savepoint).ConfigureAwait(false);
        try
        {
            await WriteAsync(transaction.Connection!, table, columns, rows).ConfigureAwait(false);
            return true;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            await transaction.RollbackAsync(Savepoint).ConfigureAwait(false);
            return false;
        }
    }

    private static async Task WriteAsync(NpgsqlConnection connection, string table, IReadOnlyList<InsertColumn> columns, int rows)
    {
        var names = string.Join(", ", columns.Select(c => c.Name));
        var importer = await connection.BeginBinaryImportAsync($"COPY {table} ({names}) FROM STDIN (FORMAT BINARY)").ConfigureAwait(false);
        await using (importer.ConfigureAwait(false))
        {
            for (var row = 0; row < rows; row++)
            {
                await importer.StartRowAsync().ConfigureAwait(false);
                for (var c = 0; c < columns.Count; c++) // By index: an enumerator would be an object for each row.
                {
                    await WriteAsync(importer, columns[c].Values, row).ConfigureAwait(false);
                }
            }

            await importer.CompleteAsync().ConfigureAwait(false);
        }
    }

    private static Task WriteAsync(NpgsqlBinaryImporter importer, object values, int row) =>
        values switch
        {
            string text => importer.WriteAsync(text),
            long number => importer.WriteAsync(number),
            long[] numbers => importer.WriteAsync(numbers[row]),
            double[] numbers => importer.WriteAsync(numbers[row]),
            Guid[] ids => importer.WriteAsync(ids[row].ToByteArray(bigEndian: true)),
            string?[] texts when texts[row] is { } text => importer.WriteAsync(text),
            double?[] numbers when numbers[row] is { } number => importer.WriteAsync(number),
            string?[] or double?[] => importer.WriteNullAsync(),
            _ => throw new ArgumentException($"A column cannot be of {values.GetType().Name}.", nameof(values)),
        };
}
