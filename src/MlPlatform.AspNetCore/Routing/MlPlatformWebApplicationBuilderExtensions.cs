using System.Globalization;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using MlPlatform.AspNetCore.Internal;
using MlPlatform.Core;
using MlPlatform.Serving;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Opens a port for gRPC.</summary>
public static class MlPlatformWebApplicationBuilderExtensions
{
    /// <summary>The configuration key of the port.</summary>
    private const string Key = $"{ServingOptions.Section}:{nameof(ServingOptions.GrpcPort)}";

    /// <summary>Listens for gRPC without TLS on the port of configuration <c>MlPlatform:Serving:GrpcPort</c>; without it, or with 0, nothing changes.</summary>
    /// <param name="builder">The application's builder.</param>
    /// <remarks>
    /// <para>
    /// The port is opened on the addresses of <c>--urls</c>, which keep their own. When Kestrel's own section <c>Kestrel:Endpoints</c> names the addresses
    /// instead, it is opened on this machine only while no policy of the platform is defined, and on every address otherwise.
    /// </para>
    /// <para>Call it once. An address with TLS needs none of this: there one port takes both.</para>
    /// </remarks>
    /// <exception cref="MlPlatformException">The port is not a number from 0 to 65,535, or one of the addresses has it already.</exception>
    public static WebApplicationBuilder UseMlPlatformGrpc(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var text = builder.Configuration[Key];
        if (string.IsNullOrEmpty(text))
        {
            return builder;
        }

        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port > ushort.MaxValue)
        {
            throw new MlPlatformException($"{Key} is '{text}'; it is a port from 1 to 65535, or 0 for none.");
        }

        if (port == 0)
        {
            return builder;
        }

        if (builder.Configuration.GetSection("Kestrel:Endpoints").GetChildren().Any())
        {
            builder.WebHost.ConfigureKestrel(o => Listen(o, port));
        }
        else
        {
            builder.WebHost.UseSetting(WebHostDefaults.ServerUrlsKey, AddTo(UrlsOf(builder.Configuration), port));
            builder.WebHost.ConfigureKestrel(o => o.ConfigureEndpointDefaults(l => SpeakHttp2(l, port)));
        }

        return builder;
    }

    // Without TLS an address that speaks both would take every connection as HTTP/1.1.
    private static void SpeakHttp2(ListenOptions listen, int port)
    {
        if (listen.IPEndPoint?.Port == port)
        {
            listen.Protocols = HttpProtocols.Http2;
        }
    }

    private static void Listen(KestrelServerOptions options, int port)
    {
        if (options.ApplicationServices.GetService<AccessControl>()?.LocalOnly ?? true)
        {
            options.ListenLocalhost(port, l => l.Protocols = HttpProtocols.Http2);
        }
        else
        {
            options.ListenAnyIP(port, l => l.Protocols = HttpProtocols.Http2);
        }
    }

    private static string UrlsOf(ConfigurationManager configuration)
    {
        if (configuration[WebHostDefaults.ServerUrlsKey] is { Length: > 0 } urls)
        {
            return urls;
        }

        string[] ports =
        [
            .. Split(configuration[WebHostDefaults.HttpPortsKey]).Select(p => $"http://*:{p}"),
            .. Split(configuration[WebHostDefaults.HttpsPortsKey]).Select(p => $"https://*:{p}"),
        ];
        return ports.Length > 0 ? string.Join(';', ports) : "http://localhost:5000";
    }

    private static string AddTo(string urls, int port)
    {
        var addresses = Split(urls).Select(BindingAddress.Parse).ToList();
        if (addresses.Any(a => !a.IsUnixPipe && a.Port == port))
        {
            throw new MlPlatformException(
                $"{Key} is {port}, which an address of '{urls}' has already. gRPC without TLS needs a port of its own."
            );
        }

        var own = addresses.Where(a => !a.IsUnixPipe).Select(a => $"http://{a.Host}:{port}").Distinct(StringComparer.OrdinalIgnoreCase);
        return string.Join(';', [urls, .. own]);
    }

    private static string[] Split(string? list) =>
        list?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
}
