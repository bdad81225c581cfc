using System.Diagnostics;

namespace MlPlatform.Registry.Tests;

/// <summary>This same program as a child process that writes until it is killed.</summary>
internal static class KilledProcess
{
    public const string Prefix = "acknowledged ";

    /// <summary>Runs the order until the process has killed itself, or has been told of so many things stored and is killed.</summary>
    /// <returns>What it was told was stored, everything that it wrote before its end included.</returns>
    public static async Task<IReadOnlyList<string[]>> RunAsync(KillOrder order, int acknowledgements)
    {
        using var process = Process.Start(
            new ProcessStartInfo(Environment.ProcessPath!)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                Environment = { [KillOrder.Variable] = order.ToString() },
            }
        )!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var said = new List<string[]>();
        while (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (line.StartsWith(Prefix, StringComparison.Ordinal))
            {
                said.Add(line[Prefix.Length..].Split(' '));
            }

            if (order.Point.Length == 0 && said.Count == acknowledgements)
            {
                process.Kill();
            }
        }

        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 137, $"It ended by itself with {process.ExitCode}: {await errors}");
        return said;
    }
}
