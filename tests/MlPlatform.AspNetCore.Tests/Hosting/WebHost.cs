using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace MlPlatform.AspNetCore.Tests;

/// <summary>A real server on the loopback, with the platform in a folder of its own.</summary>
internal sealed class WebHost : IAsyncDisposable
{
    /// <summary>A header by which a test pretends that a request comes from another machine.</summary>
    public const string Remote = "test-remote-address";

    private readonly WebApplication app;
    private readonly string outside;

    private readonly RequestsInFlight requests;

    private WebHost(WebApplication app, string outside, RequestsInFlight requests)
    {
        this.requests = requests;
        this.app = app;
        this.outside = outside;
        var address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        Port = address.Port;
        Client = new() { BaseAddress = address };
    }

    public int Port { get; }

    public HttpClient Client { get; }

    public IReadOnlyList<FakeLogRecord> Logs => Get<FakeLogCollector>().GetSnapshot();

    public string DataDirectory => Path.Combine(outside, "data");

    /// <summary>A file beside the data directory that no request may ever touch.</summary>
    public string Canary => Path.Combine(outside, "canary.txt");

    public static async Task<WebHost> StartAsync(
        Action<AspNetCoreOptions>? configure = null,
        Action<IServiceCollection>? services = null,
        Action<WebApplication>? middleware = null,
        bool withPolicies = false,
        bool withHttp2 = false,
        params IReadOnlyList<(string Key, string Value)> settings
    )
    {
        var outside = Directory.CreateTempSubdirectory("mlp-web-").FullName;
        await File.WriteAllTextAsync(Path.Combine(outside, "canary.txt"), "alive");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)));
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        if (withHttp2)
        {
            builder.WebHost.ConfigureKestrel(o => o.ConfigureEndpointDefaults(l => l.Protocols = HttpProtocols.Http2));
        }

        builder.Logging.ClearProviders().AddFakeLogging();
        builder
            .Services.AddMlPlatformCore(o => (o.DataDirectory, o.RunRecurringWork) = (Path.Combine(outside, "data"), false))
            .UseSqlite()
            .AddAspNetCore(configure);
        if (withPolicies)
        {
            TestAuthentication.Add(builder.Services);
        }

        services?.Invoke(builder.Services);
        var app = builder.Build();
        var requests = new RequestsInFlight();
        app.Use(requests.RunAsync);
        app.Use(
            (context, next) =>
            {
                if (context.Request.Headers.TryGetValue(Remote, out var address))
                {
                    context.Connection.RemoteIpAddress = IPAddress.Parse(address.ToString());
                }

                return next(context);
            }
        );
        middleware?.Invoke(app);
        app.MapMlPlatform();
        await app.StartAsync();
        return new(app, outside, requests);
    }

    /// <summary>Completes when the server has done with every request: a client may see the end of its connection before that.</summary>
    public Task IdleAsync() => requests.IdleAsync();

    public T Get<T>()
        where T : notnull => app.Services.GetRequiredService<T>();

    /// <summary>A request line and headers exactly as written.</summary>
    public Task<RawReply> SendAsync(string method, string target, byte[]? body = null, params IReadOnlyList<string> headers) =>
        RawHttp.SendAsync(Port, method, target, body, headers);

    public Task StopAsync(CancellationToken cancellationToken = default) => app.StopAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.DisposeAsync();
        Directory.Delete(outside, recursive: true);
    }
}
