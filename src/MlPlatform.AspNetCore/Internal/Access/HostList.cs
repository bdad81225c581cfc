using Microsoft.AspNetCore.Http;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>The names that a server may be called by.</summary>
internal sealed class HostList(IEnumerable<string> patterns)
{
    private readonly string[] patterns = [.. patterns];

    /// <summary>The names of this machine for itself.</summary>
    public static HostList Loopback { get; } = new(["localhost", "127.0.0.1", "[::1]"]);

    public static bool IsPattern(string? text) => text is "*" || Uri.CheckHostName(Bare(text)) != UriHostNameType.Unknown;

    public bool Allows(HostString host)
    {
        var name = host.Host;
        if (string.IsNullOrEmpty(name))
        {
            return false;
        }

        foreach (var pattern in patterns) // Not by a closure: each request comes this way.
        {
            if (Matches(pattern, name))
            {
                return true;
            }
        }

        return false;
    }

    private static string? Bare(string? text) => text?.StartsWith("*.", StringComparison.Ordinal) == true ? text[2..] : text;

    private static bool Matches(string pattern, string host) =>
        pattern is "*"
        || (
            pattern.StartsWith("*.", StringComparison.Ordinal)
                ? host.EndsWith(pattern[1..], StringComparison.OrdinalIgnoreCase)
                : string.Equals(pattern, host, StringComparison.OrdinalIgnoreCase)
        );
}
