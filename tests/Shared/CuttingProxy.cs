using System.Net;
using System.Net.Sockets;

namespace MlPlatform.TestSupport;

/// <summary>Stands between a client and its server, counts what passes, and can break one connection or all.</summary>
internal sealed class CuttingProxy : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly Uri target;
    private long sent;
    private long received;
    private long cutAt = long.MaxValue;
    private bool cutReceived;
    private int cuts;

    public CuttingProxy(Uri target)
    {
        this.target = target;
        listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>Whether new and open connections are refused.</summary>
    public bool IsDown { get; set; }

    public long BytesSent => Interlocked.Read(ref sent);

    public int Cuts => cuts;

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public string ConnectionString(string original) => original.Replace(target.Authority, $"127.0.0.1:{Port}", StringComparison.Ordinal);

    /// <summary>Breaks the connection over which so many more bytes have passed, once.</summary>
    public void CutAfter(long bytes, bool received = false)
    {
        cutReceived = received;
        cutAt = Interlocked.Read(ref received ? ref this.received : ref sent) + bytes;
    }

    public void Dispose()
    {
        stop.Cancel();
        listener.Dispose();
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await listener.AcceptTcpClientAsync(stop.Token));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The proxy is disposed.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        using (var server = new TcpClient())
        {
            if (IsDown)
            {
                return;
            }

            try
            {
                await server.ConnectAsync(target.Host, target.Port, stop.Token);
                await Task.WhenAny(
                    PumpAsync(client.GetStream(), server.GetStream(), up: true),
                    PumpAsync(server.GetStream(), client.GetStream(), up: false)
                );
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
            {
                // One side has gone, and the other goes with it.
            }
        }
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to, bool up)
    {
        var buffer = new byte[16_384];
        int read;
        while ((read = await from.ReadAsync(buffer, stop.Token)) > 0)
        {
            var passed = up ? Interlocked.Add(ref sent, read) : Interlocked.Add(ref received, read);
            if (IsDown)
            {
                return;
            }

            if (up != cutReceived && passed >= cutAt)
            {
                cutAt = long.MaxValue;
                cuts++;
                return;
            }

            await to.WriteAsync(buffer.AsMemory(0, read), stop.Token);
        }
    }
}
