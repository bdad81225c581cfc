using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MlPlatform.Benchmarks;

/// <summary>One connection that sends finished requests and reads whole answers: a client that takes as little of the processors as it can.</summary>
internal sealed class RawClient : IDisposable
{
    private static readonly byte[] HeadEnd = "\r\n\r\n"u8.ToArray();
    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private int have;
    private readonly byte[] buffer = new byte[64 * 1024];

    public static byte[] Get(string path) => Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");

    public static byte[] Post(string path, byte[] body, int? jsonLength = null) =>
        [
            .. Encoding.ASCII.GetBytes(
                $"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {(jsonLength is null ? "application/json" : "application/octet-stream")}\r\n"
                    + (jsonLength is { } json ? $"Inference-Header-Content-Length: {json}\r\n" : string.Empty)
                    + $"Content-Length: {body.Length}\r\n\r\n"
            ),
            .. body,
        ];

    public Task ConnectAsync(int port) => socket.ConnectAsync(IPAddress.Loopback, port);

    /// <returns>The status.</returns>
    public async ValueTask<int> SendAsync(byte[] request)
    {
        await socket.SendAsync(request);
        var (head, length) = (-1, 0);
        have = 0;
        while (head < 0 || (length >= 0 ? have < head + length : !buffer.AsSpan(0, have).EndsWith("0\r\n\r\n"u8)))
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(have));
            if (read == 0)
            {
                throw new IOException("The server has closed the connection.");
            }

            have += read;
            if (head < 0)
            {
                (head, length) = ReadHead(buffer.AsSpan(0, have));
            }
        }

        return ((buffer[9] - '0') * 100) + ((buffer[10] - '0') * 10) + (buffer[11] - '0');
    }

    /// <summary>The body of the last answer, as text.</summary>
    public string Body()
    {
        var (head, length) = ReadHead(buffer.AsSpan(0, have));
        var text = Encoding.UTF8.GetString(buffer, head, have - head);
        return length >= 0 ? text : text.Split("\r\n")[1]; // The first chunk is the whole of what is read here.
    }

    public void Dispose() => socket.Dispose();

    private static (int Head, int Length) ReadHead(ReadOnlySpan<byte> answer)
    {
        var end = answer.IndexOf(HeadEnd);
        if (end < 0)
        {
            return (-1, 0);
        }

        var at = answer[..end].IndexOf("Content-Length: "u8);
        at = at < 0 ? answer[..end].IndexOf("content-length: "u8) : at;
        if (at < 0)
        {
            return (end + 4, -1); // In chunks.
        }

        var digits = answer[(at + 16)..];
        return (end + 4, int.Parse(digits[..digits.IndexOf((byte)'\r')], CultureInfo.InvariantCulture));
    }
}
