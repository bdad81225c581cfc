using System.Security.Cryptography;
using DuckDB.NET.Data;

namespace FlightDelay;

/// <summary>Reads flights from Parquet, in order of departure.</summary>
internal static class FlightFile
{
    public static async Task<string> DigestAsync(string path)
    {
        await using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file));
    }

    public static List<Flight> Read(string path)
    {
        using var connection = new DuckDBConnection("Data Source=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        // Below an hour early the delay is a slip of the pen; those rows have no usable label.
        command.CommandText = """
            SELECT departed_at, origin, destination, CAST(distance AS FLOAT), delay > 15 FROM read_parquet($path)
            WHERE delay IS NOT NULL AND delay >= -60 ORDER BY departed_at, origin, destination, delay
            """;
        command.Parameters.Add(new DuckDBParameter("path", path));
        var flights = new List<Flight>();
        try
        {
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                flights.Add(Flight.At(reader.GetDateTime(0), reader.GetString(1), reader.GetString(2), reader.GetFloat(3), reader.GetBoolean(4)));
            }
        }
        catch (DuckDBException e)
        {
            throw new ArgumentException($"'{path}' cannot be read as flights: {e.Message.Split('\n')[0]}", e);
        }

        return flights;
    }
}
