using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace MlPlatform.AspNetCore.Tests;

/// <summary>The document that the framework makes of the routes' metadata.</summary>
public sealed class OpenApiTests
{
    private static readonly string[] Verbs = ["get", "put", "post", "delete", "patch"];

    [Fact]
    public async Task Every_route_of_the_inference_protocol_is_described_with_its_errors()
    {
        await using var host = await StartAsync();
        var (document, _) = await DescribeAsync(host);
        var paths = document["paths"]!.AsObject();
        var routes = host.Get<EndpointDataSource>()
            .Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.RoutePattern.RawText!.StartsWith("/v2", StringComparison.Ordinal))
            .SelectMany(e =>
                (e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? []).Select(m =>
                    (e.RoutePattern.RawText!, m.ToLowerInvariant())
                )
            )
            .ToList();
        Assert.Equal(17, routes.Count);
        foreach (var (path, method) in routes)
        {
            var operation = paths[path]?[method];
            Assert.True(operation is not null, $"{method} {path} is not described.");
            Assert.NotEmpty((string)operation["summary"]!);
            Assert.Equal("Open Inference Protocol", (string?)operation["tags"]![0]);
            Assert.Equal(
                path.Split('/').Where(s => s.StartsWith('{')).Select(s => s.Trim('{', '}')),
                (operation["parameters"]?.AsArray() ?? []).Where(p => (string?)p!["in"] == "path").Select(p => (string)p!["name"]!)
            );
            Assert.Equal("#/components/schemas/InferenceError", SchemaOf(operation, "403"));
        }

        Assert.Equal(["error"], PropertiesOf(document, "InferenceError"));
        Assert.Equal(
            routes.Count,
            paths
                .Where(p => p.Key.StartsWith("/v2", StringComparison.Ordinal))
                .Sum(p => p.Value!.AsObject().Count(o => Verbs.Contains(o.Key)))
        );
    }

    [Fact]
    public async Task Inference_is_described_in_the_protocols_words()
    {
        await using var host = await StartAsync();
        var (document, _) = await DescribeAsync(host);
        var operation = document["paths"]!["/v2/models/{model}/versions/{version}/infer"]!["post"]!;
        Assert.Equal(
            "#/components/schemas/InferenceQuestion",
            (string?)operation["requestBody"]!["content"]!["application/json"]!["schema"]!["$ref"]
        );
        Assert.Equal("#/components/schemas/InferenceAnswer", SchemaOf(operation, "200"));
        foreach (var error in new[] { "400", "404", "413", "500", "503", "504" })
        {
            Assert.Equal("#/components/schemas/InferenceError", SchemaOf(operation, error));
        }

        Assert.Equal(
            ["mlp-routing-key", "mlp-segment", "mlp-prediction-id", "mlp-version", "Inference-Header-Content-Length"],
            operation["parameters"]!.AsArray().Where(p => (string?)p!["in"] == "header").Select(p => (string)p!["name"]!)
        );
        Assert.Equal(["inputs", "id", "parameters", "outputs"], PropertiesOf(document, "InferenceQuestion"));
        Assert.Equal(["name", "datatype", "shape", "data", "parameters"], PropertiesOf(document, "InferenceTensor"));
    }

    [Fact]
    public async Task An_applications_route_is_described_by_its_types_and_takes_the_applications_words()
    {
        await using var host = await StartAsync(conventions: e => e.WithName("score").WithSummary("Will it be late?").WithTags("Flights"));
        var (document, _) = await DescribeAsync(host);
        var operation = document["paths"]!["/score"]!["post"]!;
        Assert.Equal(
            ("score", "Will it be late?", "Flights"),
            ((string?)operation["operationId"], (string?)operation["summary"], (string?)operation["tags"]![0])
        );
        Assert.Equal("#/components/schemas/Flight", (string?)operation["requestBody"]!["content"]!["application/json"]!["schema"]!["$ref"]);
        Assert.True((bool)operation["requestBody"]!["required"]!);
        Assert.Equal(
            ["value", "modelVersion", "route", "predictionId"],
            PropertiesOf(document, SchemaOf(operation, "200")!.Split('/')[^1])
        );
        foreach (var error in new[] { "400", "403", "413", "415", "500", "503", "504" })
        {
            Assert.Equal(
                "#/components/schemas/ProblemDetails",
                (string?)operation["responses"]![error]!["content"]!["application/problem+json"]!["schema"]!["$ref"]
            );
        }
    }

    [Fact]
    public async Task A_host_without_reflection_can_describe_the_routes()
    {
        await using var host = await StartAsync(services: s =>
            s.ConfigureHttpJsonOptions(o =>
            {
                var reflection = o.SerializerOptions.TypeInfoResolverChain.OfType<DefaultJsonTypeInfoResolver>().Single();
                o.SerializerOptions.TypeInfoResolverChain.Remove(reflection);
                o.SerializerOptions.TypeInfoResolverChain.Insert(0, FlightJson.Default);
            })
        );
        var (document, _) = await DescribeAsync(host);
        Assert.NotNull(document["paths"]!["/score"]!["post"]);
        Assert.Equal(["error"], PropertiesOf(document, "InferenceError"));
    }

    private static Task<WebHost> StartAsync(
        Action<IServiceCollection>? services = null,
        Action<IEndpointConventionBuilder>? conventions = null
    ) =>
        WebHost.StartAsync(
            services: s =>
            {
                ScriptedModels.AddTo(s);
                new ScriptedPredictor().AddTo(s);
                s.AddOpenApi();
                services?.Invoke(s);
            },
            middleware: app =>
            {
                app.MapOpenApi();
                (conventions ?? (_ => { }))(app.MapPredict<Flight, LateFlight>("/score", ScriptedPredictor.Reference));
            }
        );

    /// <summary>The document as JSON, and as the reader of the specification's authors has it, which must find no mistakes.</summary>
    private static async Task<(JsonNode Json, OpenApiDocument Model)> DescribeAsync(WebHost host)
    {
        var reply = await host.SendAsync("GET", "/openapi/v1.json");
        Assert.True(reply.Status == 200, $"{reply.Status} {reply.Text} {string.Join(' ', host.Logs.Select(l => l.Exception))}");
        var read = OpenApiDocument.Parse(reply.Text, OpenApiConstants.Json);
        Assert.Empty(read.Diagnostic!.Errors.Select(e => e.Message));
        return (reply.Json, read.Document!);
    }

    private static string? SchemaOf(JsonNode operation, string status) =>
        (string?)operation["responses"]![status]!["content"]!["application/json"]!["schema"]!["$ref"];

    private static IEnumerable<string> PropertiesOf(JsonNode document, string schema) =>
        document["components"]!["schemas"]![schema]!["properties"]!.AsObject().Select(p => p.Key);
}
