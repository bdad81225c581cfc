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
                    (Path: e.RoutePattern.RawText!, Method: m.ToLowerInvariant())
                )
            )
            .Where(r => r.Method != "head") // Is GET.
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
        foreach (var error in new[] { "400", "401", "404", "408", "413", "415", "429", "500", "503", "504" })
        {
            Assert.Equal("#/components/schemas/InferenceError", SchemaOf(operation, error));
        }

        string[] forms = ["application/json", "application/octet-stream"];
        Assert.Equal(forms, operation["requestBody"]!["content"]!.AsObject().Select(c => c.Key));
        Assert.Equal(forms, operation["responses"]!["200"]!["content"]!.AsObject().Select(c => c.Key));

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
        foreach (var error in new[] { "400", "401", "403", "408", "413", "415", "500", "503", "504" })
        {
            Assert.Equal(
                "#/components/schemas/ProblemDetails",
                (string?)operation["responses"]![error]!["content"]!["application/problem+json"]!["schema"]!["$ref"]
            );
        }
    }

    [Fact]
    public async Task Every_operation_has_a_name_of_its_own()
    {
        await using var host = await StartAsync(
            services: s => s.AddMlPlatformCore().AddServing(),
            routes: app =>
            {
                app.MapPredict<Flight, LateFlight>("/late-score/{carrier}", ScriptedPredictor.Reference);
                app.MapPredict<Flight, LateFlight>("/late/score/{carrier}", ScriptedPredictor.Reference);
                app.MapPredict<Flight, LateFlight>("/named", ScriptedPredictor.Reference).WithName("predictScore"); // As the first would be.
                app.MapGroup("/other").MapMlPlatform();
            }
        );
        var (document, _) = await DescribeAsync(host);
        var operations = OperationsOf(document)
            .ToDictionary(o => $"{o.Method} {o.Path}", o => (string)o.Operation["operationId"]!, StringComparer.Ordinal);
        Assert.Equal(operations.Count, operations.Values.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.All(operations.Values, name => Assert.Matches("^[A-Za-z][A-Za-z0-9]+$", name));
        (string Route, string Name)[] expected =
        [
            ("get /v2/health/live", "ServerLive2"),
            ("post /v2/models/{model}/infer", "ModelInfer2"),
            ("post /v2/models/{model}/versions/{version}/infer", "ModelVersionInfer2"),
            ("post /other/v2/models/{model}/infer", "ModelInfer"),
            ("post /v2/repository/models/{model}/load", "RepositoryModelLoad2"),
            ("post /api/mlp/v1/serving/models/{model}/rollouts", "StartRollout2"),
            ("post /api/mlp/v1/serving/rollouts/{rollout}/rollback", "RollBackRollout2"),
            ("post /late-score/{carrier}", "PredictLateScoreCarrier"),
            ("post /late/score/{carrier}", "PredictLateScoreCarrier2"),
            ("post /named", "predictScore"),
            ("post /score", "PredictScore2"),
        ];
        Assert.Equal(expected, expected.Select(e => (e.Route, operations[e.Route])));
    }

    /// <summary>A number is no string, and what need not be there is no null.</summary>
    [Fact]
    public async Task Messages_are_described_as_strictly_as_they_are_read()
    {
        await using var host = await StartAsync(services: s => s.AddMlPlatformCore().AddServing());
        var (document, _) = await DescribeAsync(host);
        var schemas = document["components"]!["schemas"]!.AsObject();
        var ofTheHost = new[] { "Flight", "LateFlight", "PredictionReplyOfLateFlight", "ProblemDetails" };
        var withNulls = new[] { "RolloutStart", "RolloutMessage", "ServedReference", "MeasureMessage" }; // Whose numbers the framework takes for strings when they may be null.
        foreach (var (name, schema) in schemas.Where(s => !ofTheHost.Contains(s.Key) && !withNulls.Contains(s.Key)))
        {
            Assert.True(!schema!.ToJsonString().Contains("null", StringComparison.Ordinal), $"{name}: {schema}");
            Assert.True(!schema!.ToJsonString().Contains("pattern", StringComparison.Ordinal), $"{name}: {schema}");
        }

        Assert.Equal(
            """{"type":"array","items":{"type":"integer","format":"int64"}}""",
            schemas["InferenceTensor"]!["properties"]!["shape"]!.ToJsonString()
        );
        Assert.Equal(["inputs"], schemas["InferenceQuestion"]!["required"]!.AsArray().Select(r => (string?)r));
        Assert.DoesNotContain("baseline", schemas["RolloutMessage"]!["required"]!.AsArray().Select(r => (string?)r));
        Assert.Equal(
            "#/components/schemas/RepositoryQuestion",
            (string?)
                document["paths"]!["/v2/repository/index"]!["post"]!["requestBody"]!["content"]!["application/json"]!["schema"]!["$ref"]
        );
    }

    /// <summary>Any route may refuse a caller or find the server closing, and what reads a body may find it slow, large or packed in an unknown way.</summary>
    [Fact]
    public async Task Every_operation_is_described_with_the_refusals_of_its_kind()
    {
        await using var host = await StartAsync(services: s => s.AddMlPlatformCore().AddServing());
        var (document, _) = await DescribeAsync(host);
        string[] probes = ["/v2", "/v2/health/live", "/v2/health/ready"];
        foreach (var (path, method, operation) in OperationsOf(document))
        {
            string[] statuses =
            [
                "403",
                .. probes.Contains(path) ? (string[])[] : ["401", "503"],
                .. path.Contains("{model}", StringComparison.Ordinal) ? (string[])["400"] : [],
                .. method == "post" ? (string[])["400", "408", "413", "415"] : [],
            ];
            Assert.All(statuses, s => Assert.True(operation["responses"]![s] is not null, $"{method} {path} is not described with {s}."));
        }

        Assert.Equal("#/components/schemas/ModelReady", SchemaOf(document["paths"]!["/v2/models/{model}/ready"]!["get"]!, "503"));
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
        Action<IEndpointConventionBuilder>? conventions = null,
        Action<WebApplication>? routes = null
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
                routes?.Invoke(app);
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

    private static IEnumerable<(string Path, string Method, JsonNode Operation)> OperationsOf(JsonNode document) =>
        document["paths"]!.AsObject().SelectMany(p => p.Value!.AsObject().Select(o => (p.Key, o.Key, o.Value!)));

    private static string? SchemaOf(JsonNode operation, string status) =>
        (string?)operation["responses"]![status]!["content"]!["application/json"]!["schema"]!["$ref"];

    private static IEnumerable<string> PropertiesOf(JsonNode document, string schema) =>
        document["components"]!["schemas"]![schema]!["properties"]!.AsObject().Select(p => p.Key);
}
