using System.Security.Cryptography;
using DuckDB.NET.Data;

namespace FlightDelay;

/// <summary>Reads flights from Parquet, in order of departure.</summary>
internal static class FlightFile
{
    private static readonly (string Name, string Type)[] Columns =
    [
        ("departed_at", "TIMESTAMP"),
        ("delay", "SMALLINT"),
        ("distance", "FLOAT"),
        ("origin", "VARCHAR"),
        ("destination", "VARCHAR"),
    ];

    public static async Task<string> DigestAsync(string path)
    {
        await using var file = File.OpenRead(path);
        return "sha256:" + Convert.ToHexStringLower(await SHA256.HashDataAsync(file));
    }

    /// <returns>The usable flights, and how many rows were not.</returns>
    /// <exception cref="InvalidDataException">The message names the file and what is wrong with it.</exception>
    public static (List<Flight> Flights, long Skipped) Read(string path)
    {
        using var connection = new DuckDBConnection("Data Source=:memory:");
        connection.Open();
        try
        {
            RequireColumns(connection, path);
            var total = Convert.ToInt64(
                Scalar(connection, "SELECT COUNT(*) FROM read_parquet($path)", path),
                System.Globalization.CultureInfo.InvariantCulture
            );
            var flights = ReadUsable(connection, path);
            return flights.Count > 0
                ? (flights, total - flights.Count)
                : throw new InvalidDataException($"'{path}' holds no usable flight among {total:N0} rows.");
        }
        catch (DuckDBException e)
        {
            throw new InvalidDataException($"'{path}' cannot be read as Parquet: {e.Message.Split('\n')[0]}", e);
        }
    }

    private static void RequireColumns(DuckDBConnection connection, string path)
    {
        using var command = Command(connection, "SELECT * FROM read_parquet($path) LIMIT 0", path);
        using var reader = command.ExecuteReader();
        var names = Enumerable.Range(0, reader.FieldCount).Select(reader.GetName).ToHashSet(StringComparer.Ordinal);
        var missing = Columns.Where(c => !names.Contains(c.Name)).Select(c => c.Name).ToArray();
        if (missing.Length > 0)
        {
            throw new InvalidDataException($"'{path}' has no column {string.Join(", ", missing)}; it has {string.Join(", ", names)}.");
        }
    }

    private static List<Flight> ReadUsable(DuckDBConnection connection, string path)
    {
        // A flight that arrives an hour early, or a day late, is a slip of the pen: such rows have no usable label.
        using var command = Command(
            connection,
            $"""
            SELECT {string.Join(", ", Columns.Select(c => $"TRY_CAST({c.Name} AS {c.Type}) AS {c.Name}"))} FROM read_parquet($path)
            WHERE TRY_CAST(departed_at AS TIMESTAMP) IS NOT NULL AND TRY_CAST(delay AS SMALLINT) BETWEEN -60 AND 1440
              AND TRY_CAST(distance AS FLOAT) > 0 AND origin IS NOT NULL AND destination IS NOT NULL
            ORDER BY departed_at, origin, destination, delay, distance
            """,
            path
        );
        var airports = new Dictionary<string, string>(StringComparer.Ordinal);
        var flights = new List<Flight>();
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            flights.Add(
                new(
                    flights.Count,
                    reader.GetDateTime(0),
                    Intern(reader.GetString(3)),
                    Intern(reader.GetString(4)),
                    reader.GetFloat(2),
                    reader.GetInt16(1)
                )
            );
        }

        return flights;

        string Intern(string airport) => airports.TryGetValue(airport, out var known) ? known : airports[airport] = airport;
    }

    private static object? Scalar(DuckDBConnection connection, string sql, string path)
    {
        using var command = Command(connection, sql, path);
        return command.ExecuteScalar();
    }

    private static DuckDBCommand Command(DuckDBConnection connection, string sql, string path)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Parameters.Add(new DuckDBParameter("path", path));
        return command;
    }
}
