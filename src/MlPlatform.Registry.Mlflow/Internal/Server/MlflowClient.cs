using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using MlPlatform.Core;
using Polly.Timeout;

namespace MlPlatform.Registry.Mlflow.Internal;

/// <summary>Speaks MLflow's REST API: one place for addresses, credentials, limits and what errors become.</summary>
/// <remarks>
/// A server that cannot be reached, or says that it is busy, is a <see cref="StorageUnavailableException"/>; when a call that makes something may have
/// been done all the same, a <see cref="CommitOutcomeUnknownException"/>. Redirects are not followed.
/// </remarks>
internal sealed class MlflowClient(IHttpClientFactory clients, IOptions<MlflowOptions> options, string repeating = MlflowClient.Repeating)
{
    /// <summary>The clients by what may be tried again.</summary>
    public const string Repeating = "MlPlatform.Mlflow";
    public const string Once = "MlPlatform.Mlflow.Once";
    public const string Transfer = "MlPlatform.Mlflow.Transfer";

    /// <summary>For an import, which makes nothing: every call may be repeated.</summary>
    public const string Import = "MlPlatform.Mlflow.Import";

    /// <summary>An answer with more is no answer to our questions.</summary>
    public const int MaximumAnswerBytes = 64 << 20;

    private const string NotFound = "RESOURCE_DOES_NOT_EXIST";
    private const string Exists = "RESOURCE_ALREADY_EXISTS";

    public Uri Root { get; } = new(options.Value.Uri!.AbsoluteUri.TrimEnd('/') + "/");

    public async Task<MlflowReply> SendAsync(MlflowCall call, CancellationToken cancellationToken)
    {
        using var request = Request(call.Method, $"api/2.0/mlflow/{call.Path}{QueryOf(call)}");
        if (call.Body is not null)
        {
            request.Content = new StringContent(call.Body.ToJsonString(), Encoding.UTF8, "application/json");
        }

        using var response = await SendAsync(
                call.IsRepeatable ? repeating : Once,
                request,
                HttpCompletionOption.ResponseContentRead,
                call.IsRepeatable,
                cancellationToken
            )
            .ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
        {
            throw await RefusedAsync(response, call.Asset, call.IsRepeatable, cancellationToken).ConfigureAwait(false);
        }

        return await ReadAsync(response, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>All pages of a list.</summary>
    public async IAsyncEnumerable<MlflowReply> PagesAsync(
        MlflowCall call,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        string? token = null;
        do
        {
            var page = token is null ? call : WithToken(call, token);
            var reply = await SendAsync(page, cancellationToken).ConfigureAwait(false);
            yield return reply;
            token = string.IsNullOrEmpty(reply.NextPageToken) || reply.NextPageToken == token ? null : reply.NextPageToken;
        } while (token is not null);
    }

    /// <summary>Opens a file of the artifact proxy; the caller disposes the answer.</summary>
    public async Task<HttpResponseMessage> OpenFileAsync(string path, AssetRef asset, CancellationToken cancellationToken)
    {
        using var request = Request(HttpMethod.Get, FileAddress(path));
        var response = await SendAsync(repeating, request, HttpCompletionOption.ResponseHeadersRead, true, cancellationToken)
            .ConfigureAwait(false);
        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw await RefusedAsync(response, asset, true, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Stores a file by the artifact proxy. The stream is read once, so it is not tried again.</summary>
    /// <returns>What was sent: its digest and length.</returns>
    public async Task<(ArtifactDigest Digest, long Size)> PutFileAsync(
        string path,
        Stream content,
        AssetRef asset,
        CancellationToken cancellationToken
    )
    {
        if (!content.CanSeek)
        {
            await using var spooled = await SpoolAsync(content, cancellationToken).ConfigureAwait(false);
            return await PutFileAsync(path, spooled, asset, cancellationToken).ConfigureAwait(false);
        }

        using var request = Request(HttpMethod.Put, FileAddress(path));
        await using var sent = new SentStream(content);
        request.Content = new StreamContent(sent);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");

        // MLflow's server stores nothing, and says nothing, when the length is not told beforehand.
        request.Content.Headers.ContentLength = content.Length - content.Position;
        using var response = await SendAsync(Transfer, request, HttpCompletionOption.ResponseContentRead, true, cancellationToken)
            .ConfigureAwait(false);
        return response.IsSuccessStatusCode
            ? (sent.TakeDigest(), sent.Position)
            : throw await RefusedAsync(response, asset, true, cancellationToken).ConfigureAwait(false);
    }

    public async Task DeleteFileAsync(string path, AssetRef asset, CancellationToken cancellationToken)
    {
        using var request = Request(HttpMethod.Delete, FileAddress(path));
        using var response = await SendAsync(repeating, request, HttpCompletionOption.ResponseContentRead, true, cancellationToken)
            .ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
        {
            throw await RefusedAsync(response, asset, true, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>What lies directly in a folder of the artifact proxy: names, not paths.</summary>
    public async Task<IReadOnlyList<FileReply>> ListFilesAsync(string folder, AssetRef asset, CancellationToken cancellationToken)
    {
        using var request = Request(HttpMethod.Get, $"api/2.0/mlflow-artifacts/artifacts?path={Uri.EscapeDataString(folder)}");
        using var response = await SendAsync(repeating, request, HttpCompletionOption.ResponseContentRead, true, cancellationToken)
            .ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
        {
            throw await RefusedAsync(response, asset, true, cancellationToken).ConfigureAwait(false);
        }

        return (await ReadAsync(response, cancellationToken).ConfigureAwait(false)).Files ?? [];
    }

    private static async Task<MlflowReply> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var bytes = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return bytes.Length == 0 ? new() : JsonSerializer.Deserialize(bytes, MlflowJson.Default.MlflowReply) ?? new();
        }
        catch (JsonException e)
        {
            throw new MlflowServerException(
                NameOf(response.RequestMessage!),
                response.StatusCode,
                null,
                $"This is no answer of MLflow's: {e.Message}"
            );
        }
    }

    /// <summary>A stream whose length nobody knows, on disk until it is sent.</summary>
    private static async Task<Stream> SpoolAsync(Stream content, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Options = FileOptions.Asynchronous | FileOptions.DeleteOnClose,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var file = new FileStream(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), options);
        try
        {
            await content.CopyToAsync(file, cancellationToken).ConfigureAwait(false);
            file.Position = 0;
            return file;
        }
        catch
        {
            await file.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static string FileAddress(string path) =>
        "api/2.0/mlflow-artifacts/artifacts/" + string.Join('/', path.Split('/').Select(Uri.EscapeDataString));

    private static string QueryOf(MlflowCall call)
    {
        var parts = call.Query.Where(q => q.Value is not null).Select(q => $"{q.Key}={Uri.EscapeDataString(q.Value!)}").ToList();
        return parts.Count == 0 ? string.Empty : "?" + string.Join('&', parts);
    }

    private static MlflowCall WithToken(MlflowCall call, string token)
    {
        if (call.Body is null)
        {
            return call with { Query = [.. call.Query, ("page_token", token)] };
        }

        var body = call.Body.DeepClone().AsObject();
        body["page_token"] = token;
        return call with { Body = body };
    }

    private HttpRequestMessage Request(HttpMethod method, string relative)
    {
        var request = new HttpRequestMessage(method, new Uri(Root, relative));
        var settings = options.Value;
        if (settings.Token is { } token)
        {
            request.Headers.Authorization = new("Bearer", token);
        }
        else if (settings.UserName is { } user)
        {
            var pair = Encoding.UTF8.GetBytes($"{user}:{settings.Password}");
            request.Headers.Authorization = new("Basic", Convert.ToBase64String(pair));
        }

        return request;
    }

    private async Task<HttpResponseMessage> SendAsync(
        string client,
        HttpRequestMessage request,
        HttpCompletionOption completion,
        bool isRepeatable,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await clients.CreateClient(client).SendAsync(request, completion, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException e)
        {
            throw isRepeatable || NeverArrived(e) ? Unavailable(e) : new CommitOutcomeUnknownException(Root.Authority, e);
        }
        catch (Exception e)
            when (e is TimeoutRejectedException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw isRepeatable ? Unavailable(e) : new CommitOutcomeUnknownException(Root.Authority, e);
        }
    }

    /// <summary>Whether the request cannot have reached a server.</summary>
    public static bool NeverArrived(HttpRequestException e) =>
        e.HttpRequestError
            is HttpRequestError.ConnectionError
                or HttpRequestError.NameResolutionError
                or HttpRequestError.SecureConnectionError
                or HttpRequestError.ProxyTunnelError;

    private StorageUnavailableException Unavailable(Exception e) =>
        new(Root.GetLeftPart(UriPartial.Path), $"the MLflow server does not answer ({e.Message.TrimEnd('.')})", e);

    private async Task<Exception> RefusedAsync(
        HttpResponseMessage response,
        AssetRef? asset,
        bool isRepeatable,
        CancellationToken cancellationToken
    )
    {
        var call = NameOf(response.RequestMessage!);
        var (code, message) = await ReadErrorAsync(response, cancellationToken).ConfigureAwait(false);
        var refused = new MlflowServerException(call, response.StatusCode, code, message);
        return (response.StatusCode, code, asset) switch
        {
            (_, NotFound, { } missing) => new AssetNotFoundException(missing, message),
            (_, Exists, { } existing) => new AssetExistsException(existing, message),
            (HttpStatusCode.TooManyRequests, _, _) => Unavailable(refused),
            (HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout, _, _) => isRepeatable
                ? Unavailable(refused)
                : new CommitOutcomeUnknownException(Root.Authority, refused),
            _ => refused,
        };
    }

    private static async Task<(string? Code, string Message)> ReadErrorAsync(
        HttpResponseMessage response,
        CancellationToken cancellationToken
    )
    {
        var content = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var bytes = new byte[64 << 10];
        var length = await content
            .ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken)
            .ConfigureAwait(false);
        try
        {
            var error = JsonSerializer.Deserialize(bytes.AsSpan(0, length), MlflowJson.Default.ErrorReply);
            if (error is { ErrorCode: not null })
            {
                return (error.ErrorCode, error.Message ?? "no reason was given");
            }
        }
        catch (JsonException)
        {
            // A proxy's page, for example.
        }

        return (
            null,
            response.StatusCode switch
            {
                HttpStatusCode.Unauthorized => "the credentials are missing or wrong",
                HttpStatusCode.Forbidden => "the credentials do not allow it",
                HttpStatusCode.NotFound => "there is no such part of MLflow's API; look at the address, and whether the server is old",
                >= HttpStatusCode.Ambiguous and < HttpStatusCode.BadRequest => "it redirects elsewhere, which is not followed",
                _ => "no reason was given",
            }
        );
    }

    private static string NameOf(HttpRequestMessage request) => $"{request.Method} {request.RequestUri!.AbsolutePath}";
}
