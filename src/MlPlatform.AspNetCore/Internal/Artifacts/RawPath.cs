using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>What follows the fixed part of a route, decoded once and completely from the request line itself.</summary>
/// <remarks>
/// The framework's own path will not do: it leaves <c>%2F</c> encoded, so that <c>%2F</c> and <c>%252F</c> look the same, and it has resolved <c>..</c>
/// before anybody could refuse it.
/// </remarks>
internal static class RawPath
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="MlflowException">The request line is not plainly the route's, or is not valid percent-encoded UTF-8.</exception>
    public static string Tail(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var path = target.Split('?', 2)[0];
        var route = ((RouteEndpoint)context.GetEndpoint()!).RoutePattern.RawText!;
        var fixedPart = context.Request.PathBase.ToUriComponent() + "/" + route[..route.IndexOf("{**", StringComparison.Ordinal)].Trim('/');
        if (
            !path.StartsWith(fixedPart, StringComparison.OrdinalIgnoreCase)
            || (path.Length > fixedPart.Length && path[fixedPart.Length] != '/')
        )
        {
            throw MlflowException.InvalidParameter($"The path does not begin plainly with '{fixedPart}'.");
        }

        return path.Length == fixedPart.Length ? string.Empty : Decode(path[(fixedPart.Length + 1)..]);
    }

    /// <summary>The value of a route's parameter that is one segment.</summary>
    /// <exception cref="MlflowException">The request line is not plainly the route's, or is not valid percent-encoded UTF-8.</exception>
    public static string Segment(HttpContext context, string parameter)
    {
        var value = (string)context.GetRouteValue(parameter)!;
        if (!value.Contains('%', StringComparison.Ordinal))
        {
            return value;
        }

        // Counted from the end, since the application may live below a path of its own.
        var route = ((RouteEndpoint)context.GetEndpoint()!).RoutePattern.RawText!.TrimEnd('/').Split('/');
        var fromEnd = route.Length - Array.IndexOf(route, $"{{{parameter}}}");
        var path = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Split('?', 2)[0].TrimEnd('/').Split('/');
        return path.Length >= fromEnd ? Decode(path[^fromEnd]) : throw Malformed();
    }

    private static string Decode(string encoded)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(encoded)];
        var length = 0;
        for (var i = 0; i < encoded.Length; i++)
        {
            if (!char.IsAscii(encoded[i]))
            {
                throw Malformed();
            }

            if (encoded[i] != '%')
            {
                bytes[length++] = (byte)encoded[i];
            }
            else if (
                i + 2 < encoded.Length
                && byte.TryParse(encoded.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            )
            {
                bytes[length++] = value;
                i += 2;
            }
            else
            {
                throw Malformed();
            }
        }

        try
        {
            return Strict.GetString(bytes, 0, length);
        }
        catch (DecoderFallbackException)
        {
            throw Malformed();
        }
    }

    private static MlflowException Malformed() => MlflowException.InvalidParameter("The path is not valid percent-encoded UTF-8.");
}
