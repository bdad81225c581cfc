using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MlPlatform.Core;
using MlPlatform.Serving;

namespace EndToEnd.Tests;

/// <summary>A model that Python logs over the wire, as <c>mlflow.onnx.log_model</c> and the registry's client do, is served here without a restart.</summary>
public sealed class PythonModelTests : IAsyncLifetime
{
    private const string Signature = """
        signature:
          inputs: '[{"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 2]}}]'
          outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 1]}}]'
          params: null
        """;

    private readonly string directory = Directory.CreateTempSubdirectory("mlp-python-").FullName;
    private WebApplication app = null!;
    private HttpClient client = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddMlPlatform().AddPredictor<Flight, LateFlight>("late-flights@champion").AddAspNetCore();
        builder.Services.Configure<MlPlatformOptions>(o => o.DataDirectory = directory);
        app = builder.Build();
        app.MapMlPlatform();
        await app.StartAsync(Cancel);
        client = new()
        {
            BaseAddress = new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()),
        };
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await app.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task A_model_logged_from_Python_is_served_and_replaced_by_its_alias()
    {
        var predictor = app.Services.GetRequiredService<IPredictor<Flight, LateFlight>>();
        await Assert.ThrowsAsync<ModelUnavailableException>(() => predictor.PredictAsync(new Flight([1, 2]), Cancel).AsTask());

        await LogAndPromoteAsync(1, OnnxWriter.Logistic([1, -1], 0.5f));
        var answer = await predictor.PredictAsync(new Flight([1, 2]));
        Console.WriteLine($"{answer.ModelVersion}: {answer.Value.Output:P0}");

        Assert.Equal(new("late-flights", 1), answer.ModelVersion);
        Assert.Equal(Sigmoid(-0.5), answer.Value.Output, 1e-5);

        await LogAndPromoteAsync(2, OnnxWriter.Logistic([2, 1], 0));
        answer = await predictor.PredictAsync(new Flight([1, 2]), Cancel);

        Assert.Equal(new("late-flights", 2), answer.ModelVersion);
        Assert.Equal(Sigmoid(4), answer.Value.Output, 1e-5);
        await Assert.ThrowsAsync<PredictionInputException>(() => predictor.PredictAsync(new Flight([1, 2, 3]), Cancel).AsTask());
    }

    /// <summary>The requests of the Python client, in its order: run, logged model, files, registration, alias.</summary>
    private async Task LogAndPromoteAsync(int expectedVersion, byte[] onnx)
    {
        var experiment = (await CallAsync("experiments/get-by-name?experiment_name=Default"))
            .GetProperty("experiment")
            .Text("experiment_id");
        var run = (await CallAsync("runs/create", new { experiment_id = experiment, start_time = 1L }))
            .GetProperty("run")
            .GetProperty("info")
            .Text("run_id");
        var logged = (
            await CallAsync(
                "logged-models",
                new
                {
                    experiment_id = experiment,
                    name = "model",
                    source_run_id = run,
                }
            )
        ).GetProperty("model").GetProperty("info");
        var model = logged.Text("model_id");
        var mlmodel = $$"""
            artifact_path: {{logged.Text("artifact_uri")}}
            flavors:
              onnx:
                code: null
                data: model.onnx
                onnx_version: 1.19.0
                providers:
                - CPUExecutionProvider
              python_function:
                data: model.onnx
                env: {conda: conda.yaml, virtualenv: python_env.yaml}
                loader_module: mlflow.onnx
                python_version: 3.11.2
            mlflow_version: 3.5.0
            model_id: {{model}}
            run_id: {{run}}
            {{Signature}}
            """;
        foreach (
            var (path, content) in new[]
            {
                ("MLmodel", System.Text.Encoding.UTF8.GetBytes(mlmodel)),
                ("model.onnx", onnx),
                ("requirements.txt", "onnx"u8.ToArray()),
            }
        )
        {
            using var body = new ByteArrayContent(content);
            using var put = await client.PutAsync(
                $"/api/2.0/mlflow-artifacts/artifacts/{experiment}/models/{model}/artifacts/{path}",
                body,
                Cancel
            );
            put.EnsureSuccessStatusCode();
        }

        await CallAsync($"logged-models/{model}", new { model_id = model, status = "LOGGED_MODEL_READY" }, HttpMethod.Patch);
        if (expectedVersion == 1)
        {
            await CallAsync("registered-models/create", new { name = "late-flights" });
        }

        var version = (
            await CallAsync(
                "model-versions/create",
                new
                {
                    name = "late-flights",
                    source = $"models:/{model}",
                    run_id = run,
                    model_id = model,
                }
            )
        ).GetProperty("model_version");
        Assert.Equal(("READY", $"{expectedVersion}"), (version.Text("status"), version.Text("version")));
        await CallAsync(
            "registered-models/alias",
            new
            {
                name = "late-flights",
                alias = "champion",
                version = $"{expectedVersion}",
            }
        );
        await app.Services.GetRequiredService<IModelServer>().RefreshAsync("late-flights", Cancel); // Else within a second by itself.
    }

    private async Task<JsonElement> CallAsync(string path, object? body = null, HttpMethod? method = null)
    {
        using var request = new HttpRequestMessage(method ?? (body is null ? HttpMethod.Get : HttpMethod.Post), $"/api/2.0/mlflow/{path}")
        {
            Content = body is null ? null : JsonContent.Create(body),
        };
        using var response = await client.SendAsync(request, Cancel);
        var text = await response.Content.ReadAsStringAsync(Cancel);
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement;
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private sealed record Flight(float[] Input);

    private sealed record LateFlight(float Output);
}
