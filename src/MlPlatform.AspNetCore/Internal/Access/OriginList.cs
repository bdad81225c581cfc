using Microsoft.AspNetCore.Http;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>The sites whose pages may call.</summary>
internal sealed class OriginList(IEnumerable<string> origins)
{
    private readonly HashSet<string> origins = new(origins, StringComparer.OrdinalIgnoreCase);

    public static bool IsOrigin(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && uri.Scheme is "http" or "https"
        && string.Equals(text, $"{uri.Scheme}://{uri.Authority}", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether an origin is this server itself, or on the list.</summary>
    /// <remarks>
    /// Itself is judged by the name that the request was sent to, which the list of hosts has allowed before. Behind a proxy that ends TLS the page's scheme
    /// is <c>https</c> and the request's is not, so only the other way round is refused.
    /// </remarks>
    public bool Allows(string origin, HttpRequest request)
    {
        var own = request.Host.ToUriComponent();
        return string.Equals(origin, "https://" + own, StringComparison.OrdinalIgnoreCase)
            || (!request.IsHttps && string.Equals(origin, "http://" + own, StringComparison.OrdinalIgnoreCase))
            || origins.Contains(origin);
    }
}
