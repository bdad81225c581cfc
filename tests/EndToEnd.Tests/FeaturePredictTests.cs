using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using MlPlatform.AspNetCore;
using MlPlatform.Core;
using MlPlatform.Features;
using MlPlatform.Registry;
using MlPlatform.Serving;

namespace EndToEnd.Tests;

/// <summary>An application's route whose requests carry the keys of entities alone: what the model needs besides comes from the online features.</summary>
public sealed class FeaturePredictTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = new(2001, 4, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly string data = Directory.CreateTempSubdirectory("mlp-features-").FullName;
    private readonly List<(string Instrument, double Value)> measured = [];
    private MeterListener listener = null!;
    private WebApplication app = null!;
    private HttpClient client = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        listener = Listen();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<TimeProvider>(new FakeTimeProvider(Noon));
        builder
            .Services.AddMlPlatform(o => o.DataDirectory = data)
            .AddFeatures(f => f.AddDefinitions<AirportFeatures>())
            .AddPredictor<Departure, LateDeparture>("late-departures@champion", o => o.FeatureService = "departure")
            .AddAspNetCore();

        // Of what is not found a model may make a number that is none, which JSON has by name only.
        builder.Services.ConfigureHttpJsonOptions(o =>
            o.SerializerOptions.NumberHandling |= JsonNumberHandling.AllowNamedFloatingPointLiterals
        );
        builder.Services.AddOpenApi();
        app = builder.Build();

        app.MapPredict<Departure, LateDeparture>("/late", "late-departures@champion").WithName("late").WithSummary("Will it leave late?");
        app.MapOpenApi(); // The route with its types and errors, at /openapi/v1.json.

        await app.StartAsync(Cancel);
        client = new()
        {
            BaseAddress = new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()),
        };
        var models = app.Services.GetRequiredService<IModelRegistry>();
        var version = await models.RegisterVersionAsync("late-departures", Package(), cancellationToken: Cancel);
        await models.PromoteAsync(version.Id, cancellationToken: Cancel);
        await app.Services.GetRequiredService<IModelServer>().RefreshAsync("late-departures", Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        listener.Dispose();
        client.Dispose();
        await app.DisposeAsync();
        Directory.Delete(data, recursive: true);
    }

    [Fact]
    public async Task A_key_is_enough_and_what_is_missing_or_old_is_counted()
    {
        await app
            .Services.GetRequiredService<IFeatureStore>()
            .PushAsync(
                "airport_reports",
                [new AirportReport("ORD", Noon.AddHours(-1), 12, 3), new("DFW", Noon.AddHours(-4), 5, 10)],
                cancellationToken: Cancel
            );

        var known = await AskAsync("ORD");
        Assert.Equal("late-departures@v1", known.ModelVersion);
        Assert.Equal("primary", known.Route);
        Assert.Equal(1 / (1 + Math.Exp(-((12 * 0.5) - 3))), known.Value.Probability, 1e-5);
        Assert.Equal([("mlplatform.serving.feature_age", 3600)], Taken());

        var old = await AskAsync("DFW"); // Four hours, of which a report is good for three.
        Assert.True(float.IsNaN(old.Value.Probability));
        Assert.Equal([("mlplatform.serving.features_missing", 2)], Taken());

        var unknown = await AskAsync("XXX");
        Assert.True(float.IsNaN(unknown.Value.Probability));
        Assert.Equal([("mlplatform.serving.features_missing", 2)], Taken());
    }

    private async Task<PredictionReply<LateDeparture>> AskAsync(string origin)
    {
        using var response = await client.PostAsJsonAsync(new Uri("/late", UriKind.Relative), new Departure(origin), Cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return (
            await response.Content.ReadFromJsonAsync<PredictionReply<LateDeparture>>(
                new System.Text.Json.JsonSerializerOptions(System.Text.Json.JsonSerializerDefaults.Web)
                {
                    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
                },
                Cancel
            )
        )!;
    }

    private List<(string, double)> Taken()
    {
        lock (measured)
        {
            List<(string, double)> taken = [.. measured];
            measured.Clear();
            return taken;
        }
    }

    /// <summary>Two inputs that no request has.</summary>
    private static ModelPackage Package() =>
        ModelPackage.Create(
            new(ModelRuntime.Onnx, "1.19.0"),
            new([new("WindSpeed", DataType.Float32), new("Visibility", DataType.Float32)], [new("probability", DataType.Float32)]),
            new ModelFileContent("model.onnx", ModelFileRole.Model, "application/onnx", OnnxWriter.Logistic([0.5f, -1], 0))
        );

    private MeterListener Listen()
    {
        var meters = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Name.StartsWith("mlplatform.serving.feature", StringComparison.Ordinal))
                {
                    l.EnableMeasurementEvents(instrument);
                }
            },
        };
        meters.SetMeasurementEventCallback<long>((instrument, value, _, _) => Add(instrument, value));
        meters.SetMeasurementEventCallback<double>((instrument, value, _, _) => Add(instrument, value));
        meters.Start();
        return meters;

        void Add(Instrument instrument, double value)
        {
            lock (measured)
            {
                measured.Add((instrument.Name, value));
            }
        }
    }

    private sealed record AirportKey(string Origin);

    private sealed record AirportReport(string Origin, DateTimeOffset ReportedAt, float WindSpeed, float Visibility);

    private sealed record Weather(float? WindSpeed, float? Visibility);

    private sealed record Departure(string Origin);

    private sealed record LateDeparture(float Probability);

    private sealed class AirportFeatures : IFeatureDefinitions
    {
        public void Define(IFeatureModelBuilder model)
        {
            model.Entity<AirportKey>("airport");
            var reports = model.Source<AirportReport>("airport_reports", s => s.EventTime(r => r.ReportedAt));
            model.Service(
                "departure",
                s => s.Include(model.View<AirportKey, Weather>("weather", reports, v => v.TimeToLive(TimeSpan.FromHours(3))))
            );
        }
    }
}
