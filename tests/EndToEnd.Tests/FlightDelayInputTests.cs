using DuckDB.NET.Data;

namespace EndToEnd.Tests;

/// <summary>What a person is told who starts the main job with something that cannot work.</summary>
public sealed class FlightDelayInputTests : IDisposable
{
    private const string Flights =
        "SELECT TIMESTAMP '2001-01-01 00:00:00' + INTERVAL (i * 20) MINUTE AS departed_at, CAST(i % 60 - 10 AS SMALLINT) AS delay, CAST(500 AS SMALLINT) AS distance, 'ORD' AS origin, 'SFO' AS destination FROM range(8000) t(i)";

    private readonly string folder = Directory.CreateTempSubdirectory("mlplatform-").FullName;

    private string File => Path.Combine(folder, "flights.parquet");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("There is no file", "--data", "/no/such/file.parquet")]
    [InlineData("Unknown option", "--dota", "x")]
    [InlineData("needs a value", "--data")]
    [InlineData("no whole number", "--seed", "many")]
    [InlineData("There is no fault", "--inject-fault", "gremlins")]
    [InlineData("no date", "--inject-fault", "kilometres", "--at", "soon")]
    [InlineData("needs --inject-fault", "--at", "2001-04-11")]
    public async Task Bad_arguments_are_explained(string message, params string[] arguments)
    {
        var (code, output) = await Sample.RunAsync("FlightDelay", folder, arguments);
        Assert.Equal(2, code);
        Assert.Contains(message, output, StringComparison.Ordinal);
        Assert.Contains("Usage:", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_that_is_no_parquet_is_named()
    {
        await System.IO.File.WriteAllTextAsync(File, "not a table");
        await AssertRefusedAsync("cannot be read as Parquet");
    }

    [Fact]
    public async Task Empty_file_is_named()
    {
        await System.IO.File.WriteAllTextAsync(File, "");
        await AssertRefusedAsync("cannot be read as Parquet");
    }

    [Fact]
    public async Task Truncated_file_is_named()
    {
        Write(Flights);
        await using (var stream = new FileStream(File, FileMode.Open))
        {
            stream.SetLength(stream.Length / 2);
        }

        await AssertRefusedAsync("cannot be read as Parquet");
    }

    [Fact]
    public async Task Missing_columns_are_named_beside_those_there_are()
    {
        Write("SELECT departed_at, delay AS minutes, origin FROM (" + Flights + ")");
        await AssertRefusedAsync("has no column delay, distance, destination; it has departed_at, minutes, origin");
    }

    [Fact]
    public async Task File_without_a_usable_row_is_named()
    {
        Write("SELECT NULL::TIMESTAMP AS departed_at, delay, distance, origin, destination FROM (" + Flights + ")");
        await AssertRefusedAsync("no usable flight among 8,000 rows");
    }

    [Fact]
    public async Task Null_times_and_impossible_delays_are_left_out_and_counted()
    {
        // Short of a fourth month, so that it ends right after it has counted.
        Write(
            "SELECT CASE WHEN i % 100 = 0 THEN NULL ELSE departed_at END AS departed_at, CASE WHEN i % 100 = 1 THEN -1116 WHEN i % 100 = 2 THEN 1688 ELSE delay END AS delay, distance, origin, destination FROM (SELECT *, row_number() OVER () - 1 AS i FROM ("
                + Flights
                + ") WHERE departed_at < TIMESTAMP '2001-03-10')"
        );
        var (_, output) = await Sample.RunAsync("FlightDelay", folder, "--data", File);
        Assert.Contains("147 rows without a usable time or delay left out", output.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.Contains("at least four months are needed", output.ReplaceLineEndings(" "), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Directory_with_something_else_in_it_is_left_alone()
    {
        var other = Directory.CreateDirectory(Path.Combine(folder, "other")).FullName;
        await System.IO.File.WriteAllTextAsync(Path.Combine(other, "precious.txt"), "mine");
        var (code, output) = await Sample.RunAsync("FlightDelay", folder, "--directory", other, "--fresh");
        Assert.Equal(2, code);
        Assert.Contains("holds no replay of this sample", output, StringComparison.Ordinal);
        Assert.True(System.IO.File.Exists(Path.Combine(other, "precious.txt")));
    }

    private async Task AssertRefusedAsync(string message)
    {
        var (code, output) = await Sample.RunAsync("FlightDelay", folder, "--data", File);
        Assert.Equal(2, code);
        Assert.Contains(message, output, StringComparison.Ordinal);
        Assert.Contains(File, output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal); // No stack trace.
    }

    private void Write(string query)
    {
        using var connection = new DuckDBConnection("Data Source=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"COPY ({query}) TO '{File}' (FORMAT parquet)";
        command.ExecuteNonQuery();
    }
}
