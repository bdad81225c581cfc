using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MlPlatform.Registry.Mlflow.Tests;

/// <summary>
/// The server that the tests speak to: our own, or a real one of MLflow's that <c>MLPLATFORM_TEST_MLFLOW</c> gives the address of. Ours can be disturbed.
/// </summary>
internal sealed class MlflowServer : IAsyncDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("mlp-mlflow-server-").FullName;
    private WebApplication? app;

    /// <summary>The address of a real MLflow server, for which the same tests must hold.</summary>
    public static string? RealAddress { get; } =
        Environment.GetEnvironmentVariable("MLPLATFORM_TEST_MLFLOW") is { Length: > 0 } text ? text : null;

    public string Address { get; private set; } = string.Empty;

    /// <summary>Stands before every request; null lets all pass.</summary>
    public Func<HttpContext, Func<Task>, Task>? Disturbance { get; set; }

    /// <summary>Our server's own services: what another client of it would do.</summary>
    public IServiceProvider Services => app!.Services;

    public static async Task<MlflowServer> StartAsync(bool mayBeReal = true)
    {
        var server = new MlflowServer();
        if (mayBeReal && RealAddress is { } address)
        {
            server.Address = address;
            return server;
        }

        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder
            .Services.AddMlPlatformCore(o => (o.DataDirectory, o.RunRecurringWork) = (server.directory, false))
            .UseTestDatabase(server.directory)
            .AddAspNetCore();
        server.app = builder.Build();
        server.app.Use((context, next) => server.Disturbance is { } disturb ? disturb(context, () => next(context)) : next(context));
        server.app.MapMlPlatform();
        await server.app.StartAsync();
        server.Address = server.app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        if (app is not null)
        {
            await app.DisposeAsync();
        }

        Directory.Delete(directory, recursive: true);
    }
}
