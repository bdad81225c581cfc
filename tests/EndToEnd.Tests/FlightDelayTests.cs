using System.Diagnostics;
using System.Reflection;
using System.Text.Json;

namespace EndToEnd.Tests;

public sealed class FlightDelayTests : IDisposable
{
    private static readonly string Program = typeof(FlightDelayTests)
        .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(a => a.Key == "FlightDelay")
        .Value!;

    private readonly string folder = Directory.CreateTempSubdirectory("mlplatform-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Main_job_decides_from_the_data_and_accounts_for_every_flight()
    {
        var summaryFile = Path.Combine(folder, "out.json");
        var (code, output) = await RunAsync("--summary", summaryFile, "--directory", Path.Combine(folder, "state"));
        Assert.True(code == 0, output);
        using var summary = JsonDocument.Parse(await File.ReadAllTextAsync(summaryFile));
        var root = summary.RootElement;
        var versions = root.GetProperty("versions").EnumerateArray().ToList();
        Assert.Equal([1, 2, 3], versions.Select(v => v.GetProperty("version").GetInt32()));

        // The champion is the last version that the gate let through.
        var promoted = versions.Last(v => v.GetProperty("status").GetString() == "promoted").GetProperty("version").GetInt32();
        Assert.Equal(promoted, root.GetProperty("champion").GetInt32());

        // All flights of April and May with a usable delay are predicted; all labels are in but those of the last six hours of each month.
        var (predictions, joined) = (root.GetProperty("predictions").GetInt64(), root.GetProperty("labelsJoined").GetInt64());
        Assert.Equal(144_111, predictions);
        Assert.InRange(joined, predictions * 98 / 100, predictions - 1);
        Assert.All(root.GetProperty("auc").EnumerateObject(), m => Assert.InRange(m.Value.GetDouble(), 0.6, 0.9));
    }

    [Theory]
    [InlineData("There is no file", "--data", "/no/such/file.parquet")]
    [InlineData("Unknown option", "--dota", "x")]
    [InlineData("needs a value", "--data")]
    [InlineData("no whole number", "--seed", "many")]
    public async Task Bad_arguments_are_explained(string message, params string[] arguments)
    {
        var (code, output) = await RunAsync(arguments);
        Assert.Equal(2, code);
        Assert.Contains(message, output, StringComparison.Ordinal);
        Assert.Contains("Usage:", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_that_is_no_parquet_is_explained()
    {
        var file = Path.Combine(folder, "flights.parquet");
        await File.WriteAllTextAsync(file, "not a table");
        var (code, output) = await RunAsync("--data", file);
        Assert.Equal(2, code);
        Assert.Contains("cannot be read as flights", output, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo("dotnet", [Program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true }
        )!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await error);
    }
}
