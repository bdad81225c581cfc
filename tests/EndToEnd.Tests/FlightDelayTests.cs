using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Core;
using MlPlatform.Sdk;

namespace EndToEnd.Tests;

public sealed class FlightDelayTests(FlightDelayRun run) : IClassFixture<FlightDelayRun>
{
    private const int FlightsReplayed = 144_111;

    [Fact]
    public void Main_job_accounts_for_every_flight_and_keeps_the_model_good()
    {
        Assert.True(run.Code == 0, run.Output);
        var summary = run.Summary;
        Assert.Equal(FlightsReplayed, summary["predictions"]!.GetValue<int>());
        Assert.Equal(FlightsReplayed, summary["labelsJoined"]!.GetValue<int>());
        Assert.Equal(["2001-04", "2001-05"], summary["auc"]!.AsObject().Select(m => m.Key));
        Assert.InRange(summary["auc"]!["2001-04"]!.GetValue<double>(), 0.70, 0.85);
        Assert.InRange(summary["auc"]!["2001-05"]!.GetValue<double>(), 0.66, 0.85);

        // Versions without gaps; the champion is one that was promoted, and every other one has a reason.
        var versions = summary["versions"]!.AsArray().Select(v => v!.AsObject()).ToList();
        Assert.Equal(Enumerable.Range(1, versions.Count), versions.Select(v => v["version"]!.GetValue<int>()));
        var last = versions.Last(v => Text(v, "status") == "promoted");
        Assert.Equal(last["version"]!.GetValue<int>(), summary["champion"]!.GetValue<int>());
        Assert.All(versions, v => Assert.NotEmpty(Text(v, "reason")));
        Assert.All(versions, v => Assert.InRange(v["auc"]!.GetValue<double>(), 0.55, 0.9));

        // What the monitors found started the retrains, each of which made a version.
        Assert.InRange(summary["retrains"]!.GetValue<int>(), 1, 10);
        Assert.Equal(versions.Count - 1, summary["retrains"]!.GetValue<int>());
        Assert.NotEmpty(summary["alerts"]!.AsArray());
        Assert.All(summary["alerts"]!.AsArray(), a => Assert.StartsWith("flight-delay/", Text(a!, "monitor"), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Report_is_one_page_that_loads_nothing()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(run.State, "report.html"));
        Assert.Contains("<svg", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotMatch("(src|href)\\s*=", page);
        Assert.InRange(page.Length, 20_000, 1_000_000);
    }

    [Fact]
    public async Task Everything_in_the_artifact_store_is_referenced_after_a_collection()
    {
        await AssertNoOrphansAsync(run.State);
    }

    [Fact]
    public async Task Second_run_goes_on_where_the_first_ended_and_belongs_to_its_file_fault_and_seed()
    {
        Assert.True(run.Code == 0, run.Output);
        var file = Path.Combine(run.Folder, "again.json");
        var (code, output) = await Sample.RunAsync("FlightDelay", run.Folder, "--directory", run.State, "--summary", file);
        Assert.True(code == 0, output);
        Assert.Contains("Going on at 2001-06-01", output, StringComparison.Ordinal);
        Assert.Equal(FlightDelayRun.Comparable(run.Summary), FlightDelayRun.Comparable(await FlightDelayRun.ReadAsync(file)));

        (code, output) = await Sample.RunAsync("FlightDelay", run.Folder, "--directory", run.State, "--seed", "2");
        Assert.Equal(2, code);
        Assert.Contains("another file, fault or seed", output, StringComparison.Ordinal);
    }

    /// <summary>
    /// Interrupted by Ctrl-C once and killed at random moments, it ends as if nothing had happened. MLPLATFORM_TEST_KILLS says how many SIGKILLs
    /// must land, 3 by default; a replay that ends before its kill is compared, and another is begun.
    /// </summary>
    [Fact]
    public async Task Killed_at_random_moments_it_ends_in_the_same_state()
    {
        Assert.True(run.Code == 0, run.Output);
        var folder = Path.Combine(run.Folder, "killed");
        var (state, file) = (Path.Combine(folder, "state"), Path.Combine(folder, "summary.json"));
        Directory.CreateDirectory(folder);
        string[] arguments = ["--directory", state, "--summary", file];
        var kills = int.Parse(Environment.GetEnvironmentVariable("MLPLATFORM_TEST_KILLS") ?? "3", CultureInfo.InvariantCulture);
        var random = new Random(kills * 20010911);
        var whole = TimeSpan.FromSeconds(run.Summary["elapsedSeconds"]!.GetValue<double>());
        var (interrupted, landed) = (false, 0);
        while (landed < kills)
        {
            using var process = Sample.Start("FlightDelay", folder, arguments);
            _ = process.StandardOutput.ReadToEndAsync();
            _ = process.StandardError.ReadToEndAsync();
            if (await Sample.HasExitedWithinAsync(process, random.NextDouble() * whole * 0.6))
            {
                Assert.Equal(0, process.ExitCode);
                await AssertUndisturbedAsync(state, file);
                Directory.Delete(state, recursive: true);
            }
            else if (!interrupted)
            {
                interrupted = true;
                Assert.Equal(130, await Sample.InterruptAsync(process));
            }
            else
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync();
                landed += process.ExitCode == 0 ? 0 : 1; // It may have ended in the moment between the look and the kill.
            }
        }

        var (code, output) = await Sample.RunAsync("FlightDelay", folder, arguments);
        Assert.True(code == 0, output);
        await AssertUndisturbedAsync(state, file);
        TestContext.Current.SendDiagnosticMessage("{0} kills landed", landed);
    }

    private async Task AssertUndisturbedAsync(string state, string file)
    {
        Assert.Equal(
            FlightDelayRun.ComparableAfterKills(run.Summary),
            FlightDelayRun.ComparableAfterKills(await FlightDelayRun.ReadAsync(file))
        );
        await AssertNoOrphansAsync(state);
    }

    [Fact]
    public async Task Wrong_unit_is_found_by_the_monitor_and_named()
    {
        var folder = Path.Combine(run.Folder, "kilometres");
        var file = Path.Combine(folder, "summary.json");
        Directory.CreateDirectory(folder);
        var (code, output) = await Sample.RunAsync(
            "FlightDelay",
            folder,
            "--inject-fault",
            "kilometres",
            "--at",
            "2001-05-20",
            "--directory",
            Path.Combine(folder, "state"),
            "--summary",
            file
        );
        Assert.True(code == 0, output);
        var alerts = (await FlightDelayRun.ReadAsync(file))["alerts"]!.AsArray();
        Assert.Contains(
            alerts,
            a =>
                Text(a!, "column") == "distance"
                && DateTimeOffset.Parse(Text(a!, "at"), null) >= new DateTimeOffset(2001, 5, 20, 0, 0, 0, default)
        );
        Assert.DoesNotContain(run.Summary["alerts"]!.AsArray(), a => Text(a!, "column") == "distance");
    }

    private static string Text(JsonNode node, string name) => node[name]!.GetValue<string>();

    private static async Task AssertNoOrphansAsync(string state)
    {
        var services = new ServiceCollection();
        services.AddMlPlatform(o => o.DataDirectory = state);
        await using var provider = services.BuildServiceProvider();
        var platform = provider.GetRequiredService<IMlPlatform>();
        await platform.Garbage.CollectAsync(TimeSpan.Zero, TestContext.Current.CancellationToken);
        var kept = new SortedSet<string>(StringComparer.Ordinal);
        await foreach (var artifact in platform.Artifacts.ListAsync(TestContext.Current.CancellationToken))
        {
            kept.Add(artifact.Digest.ToString());
        }

        var referenced = await provider
            .GetRequiredService<IMetadataDatabase>()
            .ReadAsync(
                async connection =>
                {
                    await using var command = connection.CreateCommand();
                    command.CommandText = "SELECT DISTINCT digest FROM core_artifact_ref";
                    await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
                    var digests = new SortedSet<string>(StringComparer.Ordinal);
                    while (await reader.ReadAsync(TestContext.Current.CancellationToken))
                    {
                        digests.Add(reader.GetString(0));
                    }

                    return digests;
                },
                TestContext.Current.CancellationToken
            );
        Assert.Equal(referenced, kept);
    }
}
