using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MlPlatform.AspNetCore.Tests;

/// <summary>HTTP/1.1 by hand: clients of the framework tidy up what these tests are about.</summary>
internal static class RawHttp
{
    public static async Task<RawReply> SendAsync(int port, string method, string target, byte[]? body, IReadOnlyList<string> headers)
    {
        using var client = await ConnectAsync(port);
        var head = new StringBuilder($"{method} {target} HTTP/1.1\r\n");
        if (!headers.Any(h => h.StartsWith("Host:", StringComparison.OrdinalIgnoreCase)))
        {
            head.Append("Host: localhost\r\n");
        }

        head.Append("Connection: close\r\n");
        if (body is not null && !headers.Any(h => h.StartsWith("Transfer-Encoding:", StringComparison.OrdinalIgnoreCase)))
        {
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n");
        }

        foreach (var header in headers)
        {
            head.Append(header).Append("\r\n");
        }

        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.UTF8.GetBytes(head.Append("\r\n").ToString()));
        await stream.WriteAsync(body ?? []);
        return await ReadAsync(stream);
    }

    public static async Task<TcpClient> ConnectAsync(int port)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        return client;
    }

    public static async Task<RawReply> ReadAsync(Stream stream)
    {
        using var all = new MemoryStream();
        try
        {
            await stream.CopyToAsync(all);
        }
        catch (IOException)
        {
            // A connection that is reset counts as closed: what has come is what there is.
        }

        var bytes = all.ToArray();
        var end = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return new(0, new Dictionary<string, string>(), bytes);
        }

        var lines = Encoding.UTF8.GetString(bytes, 0, end).Split("\r\n");
        var headers = lines
            .Skip(1)
            .Select(l => l.Split(": ", 2))
            .ToDictionary(p => p[0], p => p.Length > 1 ? p[1] : string.Empty, StringComparer.OrdinalIgnoreCase);
        var body = bytes[(end + 4)..];
        return new(
            int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture),
            headers,
            headers.GetValueOrDefault("Transfer-Encoding") is "chunked" ? Unchunk(body) : body
        );
    }

    private static byte[] Unchunk(byte[] body)
    {
        using var whole = new MemoryStream();
        var rest = body.AsSpan();
        while (rest.IndexOf("\r\n"u8) is > 0 and var line)
        {
            var size = int.Parse(Encoding.ASCII.GetString(rest[..line]), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            if (size == 0 || rest.Length < line + 2 + size)
            {
                break;
            }

            whole.Write(rest.Slice(line + 2, size));
            rest = rest[(line + size + 4)..];
        }

        return whole.ToArray();
    }
}
