using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Net.Http.Headers;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Reads a body of JSON from where the server has it.</summary>
internal static class JsonBody
{
    /// <exception cref="MlflowException">The body is of another type, too large, or not what the contract says.</exception>
    public static async ValueTask<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> contract, int maximumBytes)
        where T : notnull
    {
        var request = context.Request;
        if (!IsJson(request))
        {
            throw new MlflowException(
                new(
                    StatusCodes.Status415UnsupportedMediaType,
                    "BAD_REQUEST",
                    request.ContentType is { } type
                        ? $"Content-Type is '{type}'; application/json was expected, in UTF-8."
                        : "There is no Content-Type; application/json was expected."
                )
            );
        }

        var limit = LimitOf(context, maximumBytes);
        if (request.ContentLength > limit)
        {
            throw TooLarge(limit);
        }

        var body = request.BodyReader;
        while (true)
        {
            var read = await body.ReadAsync(context.RequestAborted).ConfigureAwait(false);
            if (read.Buffer.Length > limit)
            {
                body.AdvanceTo(read.Buffer.End);
                throw TooLarge(limit);
            }

            if (!read.IsCompleted)
            {
                body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                continue;
            }

            try
            {
                return Parse(read.Buffer, contract);
            }
            finally
            {
                body.AdvanceTo(read.Buffer.End);
            }
        }
    }

    private static bool IsJson(HttpRequest request) =>
        request.ContentType is "application/json" or "application/json; charset=utf-8" || (request.HasJsonContentType() && IsUtf8(request)); // The last two allocate.

    private static bool IsUtf8(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && (!type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase));

    /// <summary>What the endpoint says by itself, else the limit of the platform's routes; the server's own, if lower, makes room.</summary>
    private static long LimitOf(HttpContext context, int maximumBytes)
    {
        var said = context.GetEndpoint()?.Metadata.GetMetadata<IRequestSizeLimitMetadata>();
        var limit = said is null ? maximumBytes : Math.Min(said.MaxRequestBodySize ?? long.MaxValue, Array.MaxLength);
        if (
            context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false, MaxRequestBodySize: { } server } size
            && server < limit
        )
        {
            size.MaxRequestBodySize = limit;
        }

        return limit;
    }

    private static T Parse<T>(ReadOnlySequence<byte> body, JsonTypeInfo<T> contract)
        where T : notnull
    {
        byte[]? rented = null;
        try
        {
            var bytes = body.FirstSpan;
            if (!body.IsSingleSegment)
            {
                rented = ArrayPool<byte>.Shared.Rent((int)body.Length);
                body.CopyTo(rented);
                bytes = rented.AsSpan(0, (int)body.Length);
            }

            return JsonSerializer.Deserialize(bytes, contract) is { } value
                ? value
                : throw MlflowException.InvalidParameter("The body is null.");
        }
        catch (JsonException e)
        {
            throw MlflowException.InvalidParameter($"The body is not what this route takes: {e.Message}");
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }
    }

    private static MlflowException TooLarge(long limit) =>
        MlflowException.TooLarge($"The body has more than {limit} bytes, the limit of this route.");
}
