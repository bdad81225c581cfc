using MlPlatform.Serving;

namespace ServingLoad;

/// <summary>The host under test: the platform on embedded defaults, on a port of its own choosing.</summary>
internal static class Server
{
    /// <summary>Who would wait for longer is refused.</summary>
    public static readonly TimeSpan MaxQueueTime = TimeSpan.FromMilliseconds(100);

    public static async Task<WebApplication> StartAsync(string directory, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders(); // A version that fails on purpose would fill the screen.
        var reference = $"{Catalog.Model}@champion";
        builder
            .Services.AddMlPlatform(o => o.DataDirectory = directory)
            .AddServing(o =>
            {
                o.MaxQueueTime = MaxQueueTime;
                o.RolloutInterval = TimeSpan.FromSeconds(1); // A minute by default: here somebody watches.
            })
            .AddPredictor<Visit, Estimate>(reference)
            .AddAspNetCore();
        var app = builder.Build();
        app.MapMlPlatform();
        app.MapPredict<Visit, Estimate>(Requests.PredictPath, reference);
        await app.StartAsync(cancellationToken);
        return app;
    }

    /// <summary>The port that it has chosen.</summary>
    public static int PortOf(WebApplication app) => new Uri(app.Urls.Single()).Port;

    public static IModelServer ModelsOf(WebApplication app) => app.Services.GetRequiredService<IModelServer>();
}
