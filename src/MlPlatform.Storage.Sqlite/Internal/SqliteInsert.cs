using System.Buffers;
using System.Text;
using Microsoft.Data.Sqlite;
using MlPlatform.Core;
using SQLitePCL;

namespace MlPlatform.Storage.Sqlite.Internal;

/// <summary>An insert that is prepared once and run for row after row.</summary>
internal sealed class SqliteInsert : IDisposable
{
    private readonly sqlite3 database;
    private readonly sqlite3_stmt statement;
    private readonly object[] columns;
    private readonly string?[] bound;

    public SqliteInsert(sqlite3 database, string sql, IReadOnlyList<InsertColumn> columns)
    {
        this.database = database;
        this.columns = [.. columns.Select(c => c.Values)];
        bound = new string?[columns.Count];
        Check(raw.sqlite3_prepare_v2(database, sql, out statement));
    }

    /// <returns>Whether a row was inserted or changed.</returns>
    public bool Execute(int row)
    {
        for (var i = 0; i < columns.Length; i++)
        {
            switch (columns[i])
            {
                case long[] integers:
                    Check(raw.sqlite3_bind_int64(statement, i + 1, integers[row]));
                    break;
                case double[] numbers:
                    Check(raw.sqlite3_bind_double(statement, i + 1, numbers[row]));
                    break;
                case double?[] numbers:
                    Check(
                        numbers[row] is { } number
                            ? raw.sqlite3_bind_double(statement, i + 1, number)
                            : raw.sqlite3_bind_null(statement, i + 1)
                    );
                    break;
                case string?[] texts:
                    BindText(i, texts[row]);
                    break;
                case Guid[] ids:
                    BindId(i, ids[row]);
                    break;
                case long integer:
                    Check(raw.sqlite3_bind_int64(statement, i + 1, integer));
                    break;
                case string text:
                    BindText(i, text);
                    break;
                default:
                    throw new NotSupportedException($"Values of {columns[i].GetType()} cannot be inserted.");
            }
        }

        var code = raw.sqlite3_step(statement);
        var reset = raw.sqlite3_reset(statement); // Repeats the step's error, with its text.
        Check(code == raw.SQLITE_DONE ? reset : code);
        return raw.sqlite3_changes(database) > 0;
    }

    public void Dispose() => statement.Dispose();

    /// <summary>Bindings outlive a reset, and most texts are the row's before.</summary>
    private void BindText(int column, string? text)
    {
        if (text is null)
        {
            Check(raw.sqlite3_bind_null(statement, column + 1));
            bound[column] = null;
            return;
        }

        if (ReferenceEquals(bound[column], text))
        {
            return;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        var length = Encoding.UTF8.GetBytes(text, buffer);
        Check(raw.sqlite3_bind_text(statement, column + 1, buffer.AsSpan(0, length)));
        ArrayPool<byte>.Shared.Return(buffer);
        bound[column] = text;
    }

    private void BindId(int column, Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        Check(raw.sqlite3_bind_blob(statement, column + 1, bytes));
    }

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK)
        {
            SqliteException.ThrowExceptionForRC(code, database);
        }
    }
}
