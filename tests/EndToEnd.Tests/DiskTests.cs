using System.Diagnostics;

namespace EndToEnd.Tests;

/// <summary>
/// Real disks that are full or read-only: a file system in memory, mounted in a namespace of the test's own, so that root is refused too. Skipped
/// where such a namespace cannot be made.
/// </summary>
public sealed class DiskTests(FlightDelayRun run) : IClassFixture<FlightDelayRun>, IDisposable
{
    private readonly string disk = Directory.CreateTempSubdirectory("mlplatform-disk-").FullName;
    private readonly string kept = Directory.CreateTempSubdirectory("mlplatform-kept-").FullName;

    public void Dispose()
    {
        Directory.Delete(disk, recursive: true);
        Directory.Delete(kept, recursive: true);
    }

    [Fact]
    public async Task Read_only_directory_is_named_with_what_to_do()
    {
        var (quickstart, replay) = (
            Sample.Command("Quickstart"),
            Sample.Command("FlightDelay", "--directory", Path.Combine(disk, "state"))
        );
        var output = await MountAsync(
            $"""
            cd {disk}
            mkdir state && echo '[' > state/flight-delay.json
            mount -o remount,ro {disk}
            {quickstart} 2>&1 | grep cannot; {replay} --fresh 2>&1; echo "code $?"
            mount -o remount,rw {disk}; {quickstart} > {kept}/log || exit 9; mount -o remount,ro {disk}
            {quickstart} 2>&1 | grep cannot
            """
        );
        var text = output.ReplaceLineEndings(" ");
        Assert.Contains(
            $"'{disk}/.mlplatform' cannot be used: the folder cannot be made (Read-only file system",
            text,
            StringComparison.Ordinal
        );
        Assert.Contains("set MlPlatform:DataDirectory to one that this process may write to", text, StringComparison.Ordinal);
        Assert.Contains($"'{disk}/state' cannot be written to: ", text, StringComparison.Ordinal);
        Assert.Contains("code 1", text, StringComparison.Ordinal);
        Assert.Contains($"'{disk}/.mlplatform/metadata.db' cannot be used: ", text, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
    }

    /// <summary>The disk fills in the middle of the replay; with more room the same command goes on, and ends as if nothing had happened.</summary>
    [Fact]
    public async Task Full_disk_is_named_and_nothing_is_lost()
    {
        Assert.True(run.Code == 0, run.Output);
        var file = Path.Combine(kept, "summary.json");
        var replay = Sample.Command("FlightDelay", "--directory", Path.Combine(disk, "state"), "--summary", file);
        var output = await MountAsync(
            $"""
            {replay} > {kept}/log 2>&1; echo "code $?"
            mount -o remount,size=4g {disk}
            {replay} > {kept}/log.2 2>&1; echo "code $?"
            """,
            "60m"
        );
        Assert.Equal("code 1\ncode 0\n", output);
        var first = await File.ReadAllTextAsync(Path.Combine(kept, "log"));
        Assert.Matches($"'{disk}/state/[^']*' cannot be used: .*(disk is full|No space left)", first.ReplaceLineEndings(" "));
        Assert.DoesNotContain("Unhandled exception", first, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", first, StringComparison.Ordinal);
        Assert.Contains("Going on at", await File.ReadAllTextAsync(Path.Combine(kept, "log.2")), StringComparison.Ordinal);
        Assert.Equal(FlightDelayRun.Comparable(run.Summary), FlightDelayRun.Comparable(await FlightDelayRun.ReadAsync(file)));
    }

    /// <summary>Runs a script with a file system of a size mounted on the disk's folder.</summary>
    private async Task<string> MountAsync(string script, string size = "1g")
    {
        var mounted = $"mount -t tmpfs -o size={size} tmpfs {disk} || exit 77\n{script}";
        using var process = TryStart("unshare", "--mount", "--map-root-user", "sh", "-c", mounted);
        Assert.SkipWhen(process is null, "There is no 'unshare' here, so no disk of the test's own can be mounted.");
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.SkipWhen(
            process.ExitCode == 77 || (await error).StartsWith("unshare:", StringComparison.Ordinal),
            $"No file system can be mounted here: {await error}"
        );
        Assert.NotEqual(9, process.ExitCode);
        return await output;
    }

    private static Process? TryStart(string program, params string[] arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true });
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
