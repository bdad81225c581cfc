using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ServingLoad;

/// <summary>One connection that is kept, sends finished requests and reads whole answers.</summary>
/// <remarks>It blocks its thread: the client must not compete for the pool's threads with the server in the same process.</remarks>
internal sealed class Connection(int port) : IDisposable
{
    private readonly byte[] buffer = new byte[64 * 1024];
    private Socket? socket;

    /// <exception cref="SocketException">The connection broke; the next call makes a new one.</exception>
    public Reply Send(byte[] request)
    {
        try
        {
            var open = socket ??= Connect();
            for (var sent = 0; sent < request.Length; )
            {
                sent += open.Send(request.AsSpan(sent));
            }

            var (have, head, length) = (0, -1, 0);
            while (head < 0 || (length >= 0 ? have < head + length : !buffer.AsSpan(0, have).EndsWith("0\r\n\r\n"u8)))
            {
                var read = open.Receive(buffer.AsSpan(have));
                if (read == 0)
                {
                    throw new SocketException((int)SocketError.ConnectionReset);
                }

                have += read;
                if (head < 0)
                {
                    (head, length) = ReadHead(buffer.AsSpan(0, have));
                }
            }

            return Read(head, have, isChunked: length < 0);
        }
        catch (SocketException)
        {
            Dispose();
            socket = null;
            throw;
        }
    }

    public void Dispose() => socket?.Dispose();

    private Socket Connect()
    {
        var made = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        made.Connect(IPAddress.Loopback, port);
        return made;
    }

    private Reply Read(int head, int have, bool isChunked)
    {
        var start = isChunked ? head + buffer.AsSpan(head).IndexOf("\r\n"u8) + 2 : head;
        var end = isChunked ? start + buffer.AsSpan(start).IndexOf("\r\n"u8) : have; // The first chunk is the whole of such short answers.
        return new(
            int.Parse(buffer.AsSpan("HTTP/1.1 ".Length, 3), CultureInfo.InvariantCulture),
            buffer.AsSpan(0, head).IndexOf("\r\nRetry-After: "u8) >= 0,
            buffer.AsMemory(start, end - start)
        );
    }

    private static (int Head, int Length) ReadHead(ReadOnlySpan<byte> answer)
    {
        var end = answer.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return (-1, 0);
        }

        var at = answer[..end].IndexOf("Content-Length: "u8);
        if (at < 0)
        {
            return (end + 4, -1); // In chunks.
        }

        var digits = answer[(at + 16)..];
        return (end + 4, int.Parse(digits[..digits.IndexOf((byte)'\r')], CultureInfo.InvariantCulture));
    }
}
