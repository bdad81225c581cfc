using System.Diagnostics;
using System.Globalization;
using System.Reflection;

namespace EndToEnd.Tests;

/// <summary>A sample, built with the tests and started as a process, as a user starts it.</summary>
internal static class Sample
{
    public static string RepositoryRoot { get; } = Metadata("RepositoryRoot");

    public static async Task<(int Code, string Output)> RunAsync(string name, string workingDirectory, params IEnumerable<string> arguments)
    {
        using var process = Start(name, workingDirectory, arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await error);
    }

    /// <summary>A sample with arguments as one line for a shell.</summary>
    public static string Command(string name, params IEnumerable<string> arguments) =>
        $"dotnet {PathOf(name)} {string.Join(' ', arguments)}".TrimEnd();

    public static Process Start(string name, string workingDirectory, params IEnumerable<string> arguments) =>
        Process.Start(
            new ProcessStartInfo("dotnet", [PathOf(name), .. arguments])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                WorkingDirectory = workingDirectory,
            }
        )!;

    /// <summary>Whether a process ends by itself within a time.</summary>
    public static async Task<bool> HasExitedWithinAsync(Process process, TimeSpan time)
    {
        try
        {
            await process.WaitForExitAsync().WaitAsync(time, TimeProvider.System);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Does what Ctrl-C does; what a container's stop does where this process was started so that it, and its children, ignore Ctrl-C.</summary>
    /// <returns>The process's exit code.</returns>
    public static async Task<int> InterruptAsync(Process process)
    {
        var signal = IgnoresInterrupts() ? "-TERM" : "-INT";
        using var kill = Process.Start("kill", [signal, process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    /// <summary>A shell starts its background jobs so.</summary>
    private static bool IgnoresInterrupts()
    {
        const string Mask = "SigIgn:";
        var line = File.Exists("/proc/self/status")
            ? File.ReadLines("/proc/self/status").FirstOrDefault(l => l.StartsWith(Mask, StringComparison.Ordinal))
            : null;
        return line is not null && (Convert.ToUInt64(line[Mask.Length..].Trim(), 16) & 0b10) != 0;
    }

    private static string PathOf(string name) => Path.Combine(Metadata("Binaries"), name, Metadata("Configuration"), name + ".dll");

    private static string Metadata(string key) =>
        typeof(Sample).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;
}
