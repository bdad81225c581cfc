using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace MlPlatform.Benchmarks;

/// <summary>The same networks behind FastAPI, uvicorn and NumPy: <c>benchmarks/peers/fastapi_server.py</c>, run by <c>PYTHON</c>.</summary>
internal sealed class PythonServer : ILoadServer
{
    private const double TicksPerSecond = 100; // USER_HZ, the same on every Linux that .NET runs on.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Process process;

    private PythonServer(Process process, int port) => (this.process, Port) = (process, port);

    public int Port { get; }

    public TimeSpan Cpu =>
        TimeSpan.FromSeconds(
            Directory.EnumerateDirectories("/proc").Select(p => Path.GetFileName(p)).Where(p => p.All(char.IsAsciiDigit)).Sum(CpuOf)
                / TicksPerSecond
        );

    public static async Task<PythonServer> StartAsync(string models, int workers)
    {
        int port;
        using (var any = new TcpListener(IPAddress.Loopback, 0))
        {
            any.Start();
            port = ((IPEndPoint)any.LocalEndpoint).Port;
        }

        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("PYTHON") ?? "python3")
        {
            ArgumentList = { "benchmarks/peers/fastapi_server.py", models, $"{port}", $"{workers}" },
        };
        var server = new PythonServer(Process.Start(start)!, port);
        for (var waited = Stopwatch.StartNew(); ; )
        {
            try
            {
                using var client = new RawClient();
                await client.ConnectAsync(port);
                return server;
            }
            catch (SocketException) when (!server.process.HasExited && waited.Elapsed < Patience)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, CancellationToken.None);
            }
            catch (SocketException)
            {
                await server.DisposeAsync();
                throw;
            }
        }
    }

    public Task<long> AllocatedAsync() => Task.FromResult(0L);

    public async ValueTask DisposeAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
    }

    /// <summary>Of the server itself or one of its workers, in ticks; 0 for others.</summary>
    private double CpuOf(string id)
    {
        try
        {
            var fields = File.ReadAllText($"/proc/{id}/stat").Split(") ", 2)[1].Split(' '); // From the third field on.
            var isOurs = id == process.Id.ToString(CultureInfo.InvariantCulture) || fields[1] == $"{process.Id}";
            return isOurs
                ? double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture)
                : 0;
        }
        catch (IOException)
        {
            return 0; // Gone meanwhile.
        }
    }
}
