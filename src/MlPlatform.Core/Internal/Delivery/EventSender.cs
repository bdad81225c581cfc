using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace MlPlatform.Core.Internal;

/// <summary>Sends a message once. Redirections are not followed, since they could lead anywhere, and no proxy or cookie is used.</summary>
internal sealed class EventSender : IDisposable
{
    private const int MaximumBodyBytes = 64 * 1024;
    private readonly HttpClient client;
    private readonly Clocks clocks;
    private readonly TimeSpan timeout;

    public EventSender(AddressGuard guard, Clocks clocks, IOptions<DeliveryOptions> options)
        : this(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseProxy = false,
                UseCookies = false,
                ConnectCallback = guard.ConnectAsync,
                PooledConnectionLifetime = TimeSpan.FromMinutes(1), // Then the name is looked up anew.
                MaxResponseHeadersLength = 16,
            },
            clocks,
            options
        ) { }

    internal EventSender(HttpMessageHandler handler, Clocks clocks, IOptions<DeliveryOptions> options)
    {
        client = new(handler) { Timeout = Timeout.InfiniteTimeSpan };
        this.clocks = clocks;
        timeout = options.Value.Timeout;
    }

    public async Task<DeliveryAttempt> SendAsync(
        Uri address,
        EventHeaders headers,
        string? secret,
        EventMessage message,
        CancellationToken cancellationToken
    )
    {
        using var limit = new CancellationTokenSource(timeout, clocks.Work);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var request = Make(address, headers, secret, message);
            using var response = await client
                .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, both.Token)
                .ConfigureAwait(false);
            var body = await ReadAsync(response, both.Token).ConfigureAwait(false);
            return Judge(response, body);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new(null, null, $"No answer within {timeout.TotalSeconds} s.", IsFinal: false, null);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            // Where an inner message is the cause, the outer one says only that there was one.
            return new(null, null, (e.InnerException as AddressRefusedException)?.Message ?? e.Message, IsFinal: false, null);
        }
        catch (AddressRefusedException e)
        {
            return new(null, null, e.Message, IsFinal: false, null);
        }
    }

    public void Dispose() => client.Dispose();

    private HttpRequestMessage Make(Uri address, EventHeaders headers, string? secret, EventMessage message)
    {
        var timestamp = clocks.Work.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var content = new ReadOnlyMemoryContent(message.Body);
        content.Headers.TryAddWithoutValidation("Content-Type", message.ContentType);
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
        request.Headers.TryAddWithoutValidation("User-Agent", "MlPlatform");
        request.Headers.TryAddWithoutValidation(headers.Id, message.Id);
        request.Headers.TryAddWithoutValidation(headers.Timestamp, timestamp);
        if (secret is not null)
        {
            using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
            hmac.AppendData(Encoding.UTF8.GetBytes($"{message.Id}.{timestamp}."));
            hmac.AppendData(message.Body.Span);
            request.Headers.TryAddWithoutValidation(headers.Signature, $"v1,{Convert.ToBase64String(hmac.GetHashAndReset())}");
        }

        return request;
    }

    private DeliveryAttempt Judge(HttpResponseMessage response, string body)
    {
        var status = (int)response.StatusCode;
        if (response.IsSuccessStatusCode)
        {
            return new(status, body, null, IsFinal: true, null);
        }

        var isFinal =
            status is >= 400 and < 500
            && response.StatusCode is not (HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or (HttpStatusCode)425);
        var after = response.Headers.RetryAfter is { } header ? header.Delta ?? header.Date - clocks.Work.GetUtcNow() : null;
        return new(status, body, $"Answered {status}.", isFinal, after > TimeSpan.Zero ? after : null);
    }

    private static async Task<string> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var buffer = new byte[MaximumBodyBytes];
            var read = await stream
                .ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken)
                .ConfigureAwait(false);
            return Encoding.UTF8.GetString(buffer, 0, read);
        }
    }
}
