using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MlPlatform.Core;
using MlPlatform.Registry;
using MlPlatform.Sdk;
using MlPlatform.Serving;

namespace EndToEnd.Tests;

/// <summary>An application whose registry is an MLflow server, here ours, serves what is registered there and follows its aliases.</summary>
public sealed class MlflowServingTests : IAsyncLifetime
{
    private readonly string there = Directory.CreateTempSubdirectory("mlp-there-").FullName;
    private readonly string here = Directory.CreateTempSubdirectory("mlp-here-").FullName;
    private WebApplication server = null!;
    private ServiceProvider application = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddMlPlatform(o => o.DataDirectory = there).AddAspNetCore();
        server = builder.Build();
        server.MapMlPlatform();
        await server.StartAsync(Cancel);
        var address = server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

        var services = new ServiceCollection();
        services
            .AddMlPlatform(o => o.DataDirectory = here)
            .UseMlflow(address, o => o.PollInterval = TimeSpan.FromMilliseconds(10))
            .AddPredictor<Flight, LateFlight>("late-flights@champion");
        application = services.BuildServiceProvider();
    }

    public async ValueTask DisposeAsync()
    {
        await application.DisposeAsync();
        await server.DisposeAsync();
        Directory.Delete(there, recursive: true);
        Directory.Delete(here, recursive: true);
    }

    [Fact]
    public async Task What_is_registered_on_the_server_is_served_here_and_follows_its_alias()
    {
        var registry = server.Services.GetRequiredService<IModelRegistry>();
        var first = await registry.RegisterVersionAsync("late-flights", Package([1, -1], 0.5f), cancellationToken: Cancel);
        await registry.PromoteAsync(first.Id, cancellationToken: Cancel);
        var predictor = application.GetRequiredService<IPredictor<Flight, LateFlight>>();

        var answer = await predictor.PredictAsync(new Flight([1, 2]), Cancel);
        Assert.Equal(first.Id, answer.ModelVersion);
        Assert.Equal(1 / (1 + Math.Exp(0.5)), answer.Value.Probability, 1e-5);

        // The application trains another, registers it there and promotes it from here.
        var models = application.GetRequiredService<IMlPlatform>().Models;
        var second = await models.RegisterVersionAsync("late-flights", Package([2, 1], 0), cancellationToken: Cancel);
        await models.PromoteAsync(second.Id, cancellationToken: Cancel);
        await application.GetRequiredService<IModelServer>().RefreshAsync("late-flights", Cancel);

        answer = await predictor.PredictAsync(new Flight([1, 2]), Cancel);
        Assert.Equal(second.Id, answer.ModelVersion);
        Assert.Equal(2, (await registry.GetAliasAsync("late-flights", "champion", Cancel))!.Version);
    }

    private static ModelPackage Package(float[] weights, float bias) =>
        ModelPackage.Create(
            new(ModelRuntime.Onnx, "1.19.0"),
            new([new("features", DataType.Float32) { Shape = [-1, 2] }], [new("probability", DataType.Float32) { Shape = [-1, 1] }]),
            new ModelFileContent("model.onnx", ModelFileRole.Model, "application/onnx", OnnxWriter.Logistic(weights, bias))
        );

    private sealed record Flight(float[] Features);

    private sealed record LateFlight(float Probability);
}
