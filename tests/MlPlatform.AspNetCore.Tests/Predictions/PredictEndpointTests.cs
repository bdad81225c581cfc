using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Core;
using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Tests;

public sealed class PredictEndpointTests
{
    [Fact]
    public async Task An_answer_says_which_version_gave_it_by_which_route_and_under_which_id()
    {
        await using var fixture = await PredictFixture.StartAsync();
        var reply = await fixture.PostAsync(PredictFixture.Simple);
        Assert.Equal((200, "application/json"), (reply.Status, reply.Headers["Content-Type"]));
        Assert.Equal(
            $$"""{"value":{"probability":0.5},"modelVersion":"late@v3","route":"canary","predictionId":"{{ScriptedPredictor.MadeId}}"}""",
            reply.Text
        );
        Assert.Equal(
            ("canary", ScriptedPredictor.MadeId.ToString(), "no-store"),
            (reply.Headers["mlp-route"], reply.Headers["mlp-prediction-id"], reply.Headers["Cache-Control"])
        );
        Assert.Equal(new Flight { Carrier = "AA", Distance = 500 }, fixture.Predictor.LastInput);
        Assert.Equal(default, fixture.Predictor.LastOptions);
    }

    [Fact]
    public async Task Headers_say_what_a_caller_may_say()
    {
        const string Id = "0197f0c0000070008000000000000abc";
        await using var fixture = await PredictFixture.StartAsync();
        var reply = await fixture.PostAsync(
            PredictFixture.Simple,
            "mlp-routing-key: user-1",
            "mlp-segment: north",
            $"mlp-prediction-id: {Id}"
        );
        Assert.Equal(Id, (string?)reply.Json["predictionId"]);
        Assert.Equal(
            new PredictOptions
            {
                Id = PredictionId.Parse(Id),
                RoutingKey = "user-1",
                Segment = "north",
            },
            fixture.Predictor.LastOptions
        );
        Assert.Equal(400, (await fixture.PostAsync(PredictFixture.Simple, "mlp-prediction-id: x")).Status);
    }

    [Fact]
    public async Task A_body_in_pieces_is_read_as_one()
    {
        await using var fixture = await PredictFixture.StartAsync();
        var carrier = new string('x', 50_000); // More than a segment of the server's memory.
        var json = Encoding.UTF8.GetBytes($$"""{"carrier":"{{carrier}}","distance":1}""");
        var chunks = json.Chunk(9_999).SelectMany(c => (byte[])[.. Encoding.ASCII.GetBytes($"{c.Length:x}\r\n"), .. c, 13, 10]);
        var reply = await fixture.Host.SendAsync(
            "POST",
            "/score",
            [.. chunks, .. "0\r\n\r\n"u8],
            "Content-Type: application/json; charset=utf-8",
            "Transfer-Encoding: chunked"
        );
        Assert.Equal(200, reply.Status);
        Assert.Equal(carrier, fixture.Predictor.LastInput?.Carrier);
    }

    [Fact]
    public async Task Json_is_that_of_the_hosts_own_context_and_needs_no_reflection()
    {
        await using var fixture = await PredictFixture.StartAsync(services: s =>
            s.ConfigureHttpJsonOptions(o =>
            {
                o.SerializerOptions.TypeInfoResolverChain.Clear();
                o.SerializerOptions.TypeInfoResolverChain.Add(FlightJson.Default);
                o.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            })
        );
        var reply = await fixture.PostAsync(PredictFixture.Simple);
        Assert.Equal(200, reply.Status);
        Assert.Equal(["value", "model_version", "route", "prediction_id"], reply.Json.AsObject().Select(m => m.Key));
    }

    [Fact]
    public async Task A_type_that_no_context_knows_is_an_error_when_the_route_is_mapped()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            PredictFixture.StartAsync(services: s => s.ConfigureHttpJsonOptions(o => o.SerializerOptions.TypeInfoResolverChain.Clear()))
        );
        Assert.Contains("[JsonSerializable(typeof(Flight))]", error.Message, StringComparison.Ordinal);
        error = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            PredictFixture.StartAsync(services: s =>
                s.ConfigureHttpJsonOptions(o =>
                {
                    o.SerializerOptions.TypeInfoResolverChain.Clear();
                    o.SerializerOptions.TypeInfoResolverChain.Add(new OnlyFlights());
                })
            )
        );
        Assert.Contains("[JsonSerializable(typeof(PredictionReply<LateFlight>))]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_predictor_that_was_not_added_is_an_error_when_the_route_is_mapped_that_says_what_to_write()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            WebHost.StartAsync(
                services: new ScriptedPredictor().AddTo,
                middleware: app => app.MapPredict<Flight, LateFlight>("/score", "late@v2")
            )
        );
        Assert.Contains(".AddPredictor<Flight, LateFlight>(\"late@v2\")", error.Message, StringComparison.Ordinal);
        error = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            WebHost.StartAsync(
                services: new ScriptedPredictor().AddTo,
                middleware: app => app.MapPredict<Flight, List<LateFlight>>("/score", "late@champion")
            )
        );
        Assert.Contains(".AddPredictor<Flight, List<LateFlight>>(\"late@champion\")", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<FormatException>(() =>
            WebHost.StartAsync(middleware: app => app.MapPredict<Flight, LateFlight>("/score", "late"))
        );
    }

    [Fact]
    public async Task Without_the_platforms_routes_registered_the_error_says_so()
    {
        var builder = WebApplication.CreateSlimBuilder();
        await using var app = builder.Build();
        var error = Assert.Throws<InvalidOperationException>(() => app.MapPredict<Flight, LateFlight>("/score", "late@v1"));
        Assert.Contains("AddAspNetCore", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endpoints_own_limit_of_size_goes_before_the_platforms()
    {
        await using var fixture = await PredictFixture.StartAsync(
            o => o.MaxRequestBytes = 1024,
            conventions: e => e.WithMetadata(new RequestSizeLimitAttribute(4096))
        );
        Assert.Equal(200, (await fixture.PostAsync($$"""{"carrier":"{{new string('x', 3000)}}"}""")).Status);
        Assert.Equal(413, (await fixture.PostAsync($$"""{"carrier":"{{new string('x', 5000)}}"}""")).Status);
    }

    [Fact]
    public async Task A_real_model_answers()
    {
        var models = Directory.CreateTempSubdirectory("mlp-models-").FullName;
        try
        {
            await File.WriteAllBytesAsync(
                Path.Combine(Directory.CreateDirectory(Path.Combine(models, "late", "2")).FullName, "model.onnx"),
                OnnxWriter.Logistic([0.5f, -1f], 0),
                TestContext.Current.CancellationToken
            );
            await using var host = await WebHost.StartAsync(
                services: s =>
                    s.AddMlPlatformCore().AddServing(o => o.ModelRepository = models).AddPredictor<Scored, LateFlight>("late@champion"),
                middleware: app => app.MapPredict<Scored, LateFlight>("/score", "late@champion")
            );
            var reply = await host.SendAsync("POST", "/score", """{"features":[1,2]}"""u8.ToArray(), "Content-Type: application/json");
            Assert.Equal(200, reply.Status);
            Assert.Equal(("late@v2", "primary"), ((string?)reply.Json["modelVersion"], (string?)reply.Json["route"]));
            Assert.Equal(1 / (1 + Math.Exp(1.5)), (double)reply.Json["value"]!["probability"]!, 1e-6);

            var unfit = await host.SendAsync("POST", "/score", """{"features":[1,2,3]}"""u8.ToArray(), "Content-Type: application/json");
            Assert.Equal((400, "application/problem+json"), (unfit.Status, unfit.Headers["Content-Type"]));
        }
        finally
        {
            Directory.Delete(models, recursive: true);
        }
    }

    [Fact]
    public async Task Requests_at_once_do_not_see_each_others_data()
    {
        await using var fixture = await PredictFixture.StartAsync();
        await Task.WhenAll(
            Enumerable
                .Range(1, 64)
                .Select(async i =>
                {
                    var reply = await fixture.PostAsync($$"""{"carrier":"AA","distance":{{i * 1000}}}""");
                    Assert.Equal(i, (float)JsonNode.Parse(reply.Text)!["value"]!["probability"]!);
                })
        );
    }

    public sealed record Scored(float[] Features);

    private sealed class OnlyFlights : IJsonTypeInfoResolver
    {
        public JsonTypeInfo? GetTypeInfo(Type type, JsonSerializerOptions options) =>
            type.IsGenericType ? null : ((IJsonTypeInfoResolver)FlightJson.Default).GetTypeInfo(type, options);
    }
}
