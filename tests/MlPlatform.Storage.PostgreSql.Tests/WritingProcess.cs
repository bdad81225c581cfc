using System.Diagnostics;
using System.Globalization;

namespace MlPlatform.Storage.PostgreSql.Tests;

/// <summary>This same program as a child process that writes until it is killed, and what it was told was stored.</summary>
internal sealed class WritingProcess(string folder) : IDisposable
{
    private readonly Process process = Process.Start(
        new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { [KillChild.Variable] = folder },
        }
    )!;

    public int Acknowledged { get; private set; }

    public async Task ReadUntilAsync(int acknowledged)
    {
        while (Acknowledged < acknowledged)
        {
            var line = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
            if (line is null)
            {
                Assert.Fail(await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
            }

            if (line.StartsWith(KillChild.Prefix, StringComparison.Ordinal))
            {
                Acknowledged = 1 + int.Parse(line.AsSpan(KillChild.Prefix.Length), CultureInfo.InvariantCulture);
            }
        }
    }

    public async Task KillAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    public void Dispose() => process.Dispose();
}
