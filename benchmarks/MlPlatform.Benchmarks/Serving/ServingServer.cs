using System.Diagnostics;
using System.Globalization;

namespace MlPlatform.Benchmarks;

/// <summary>The server of the load test as its parent sees it.</summary>
internal sealed class ServingServer : ILoadServer
{
    private readonly Process process;

    private ServingServer(Process process, int port) => (this.process, Port) = (process, port);

    public int Port { get; }

    /// <summary>What it has used of the processors.</summary>
    public TimeSpan Cpu
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime;
        }
    }

    public static async Task<ServingServer> StartAsync(string folder, int maxBatchRows, bool isWatched = true)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            ArgumentList =
            {
                "--serving-host",
                folder,
                maxBatchRows.ToString(CultureInfo.InvariantCulture),
                isWatched ? "watched" : "unwatched",
            },
        };
        var process = Process.Start(start)!;
        var line = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The server did not start.");
        return new(process, new Uri(line).Port);
    }

    public async Task<long> AllocatedAsync()
    {
        using var client = new RawClient();
        await client.ConnectAsync(Port);
        await client.SendAsync(RawClient.Get("/allocated"));
        return long.Parse(client.Body(), CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        process.Dispose();
    }
}
