using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using MlPlatform.AspNetCore.Internal;
using MlPlatform.Core;
using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Tests;

public sealed class InferenceErrorTests
{
    public static TheoryData<string> Cases => [.. Expected.Keys];

    private static Dictionary<string, (Exception Thrown, int Status, string Says)> Expected { get; } =
        new (Exception Thrown, int Status, string Says)[]
        {
            (new AssetNotFoundException(new(AssetKind.Model, "m")), 404, "does not exist"),
            (new PredictionInputException("Input 'x' is missing."), 400, "Input 'x' is missing."),
            (new ModelUnavailableException("m@v1", new IOException("secret")), 503, "'m@v1' cannot be loaded"),
            (new ModelOverloadedException(new("m", 1), "what waits takes 2500 ms.", TimeSpan.FromSeconds(2.5)), 503, "takes 2500 ms"),
            (new PredictionTimeoutException(new("m", 1), TimeSpan.FromMilliseconds(2.5)), 504, "within 2.5 ms"),
            (new PredictionFailedException(new("m", 1), new IOException("secret")), 500, "m@v1 failed"),
            (new OperationCanceledException("secret"), 500, "its log says why"),
            (new InvalidOperationException("secret"), 500, "its log says why"),
            (
                new DatabaseBusyException("metadata", TimeSpan.FromSeconds(10), new IOException("secret")),
                503,
                "cannot be read at the moment. Try again"
            ),
            (new StorageUnavailableException("secret", "a secret", new IOException("secret")), 503, "cannot be read at the moment"),
        }.ToDictionary(e => $"{e.Thrown.GetType().Name} {e.Status}", StringComparer.Ordinal);

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task An_exception_becomes_the_protocols_answer(string name)
    {
        await using var fixture = await InferenceFixture.StartAsync();
        var (thrown, status, says) = Expected[name];
        fixture.Models.Answer = (_, _) => throw thrown;
        var reply = await fixture.PostAsync(InferenceFixture.Infer, """{"inputs":[]}""");
        Assert.Equal((status, "application/json"), (reply.Status, reply.Headers["Content-Type"]));
        Assert.Contains(says, reply.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", reply.Text, StringComparison.Ordinal);
        var isBusy = thrown is ModelOverloadedException or PredictionTimeoutException;
        Assert.Equal(
            status != 503 ? null
                : isBusy ? "3"
                : "1",
            reply.Headers.GetValueOrDefault("Retry-After")
        );
        Assert.Equal(status >= 500 && !isBusy, fixture.Host.Logs.Any(l => l.Level == LogLevel.Error));
    }

    [Theory]
    [InlineData("""{"inputs":"nothing that could be read"}""", 503)]
    [InlineData("""{"inputs":[],"parameters":{"priority":1}}""", 200)] // It may be urgent enough.
    public async Task A_busy_model_refuses_before_a_request_is_read(string body, int status)
    {
        await using var fixture = await InferenceFixture.StartAsync();
        fixture.Models.Busy = new(new("m", 1), "9 rows wait.", TimeSpan.FromSeconds(4.5));
        var reply = await fixture.PostAsync(InferenceFixture.Infer, body);
        Assert.Equal(status, reply.Status);
        if (status == 503)
        {
            Assert.Equal(("m@v1 has too much to do: 9 rows wait.", "5"), (reply.Error, reply.Headers["Retry-After"]));
            Assert.DoesNotContain(fixture.Host.Logs, l => l.Level >= LogLevel.Error);
        }
    }

    [Theory]
    [InlineData("GET", "/v2/nothing", 404, null)]
    [InlineData("GET", "/v2/models", 404, null)]
    [InlineData("GET", "/v2/models/m/nothing", 404, null)]
    [InlineData("POST", "/v2/models/m/stats", 405, "GET, HEAD")]
    [InlineData("GET", "/v2/models/m/versions/1/2/3", 404, null)]
    [InlineData("GET", "/v2/models/m/infer", 405, "POST")]
    [InlineData("PUT", "/v2/models/m/versions/1/infer", 405, "POST")]
    [InlineData("DELETE", "/v2/models/m", 405, "GET, HEAD")]
    [InlineData("POST", "/v2", 405, "GET, HEAD")]
    [InlineData("POST", "/v2/health/live", 405, "GET, HEAD")]
    [InlineData("GET", "/v2/repository/index", 405, "POST")]
    public async Task Unknown_paths_and_methods_are_answered_in_the_protocols_body(string method, string path, int status, string? allow)
    {
        await using var fixture = await InferenceFixture.StartAsync();
        var reply = await fixture.Host.SendAsync(method, path);
        Assert.Equal((status, allow), (reply.Status, reply.Headers.GetValueOrDefault("Allow")));
        Assert.NotEmpty(reply.Error);
    }

    [Theory]
    [InlineData("/v2")]
    [InlineData("/v2/health/live")]
    [InlineData("/v2/health/ready")]
    [InlineData("/v2/models/m")]
    [InlineData("/v2/models/m/versions/3/ready")]
    [InlineData("/v2/models/m/config")]
    [InlineData("/v2/models/stats")]
    public async Task Head_is_answered_as_get_is_without_the_body(string path)
    {
        await using var fixture = await InferenceFixture.StartAsync();
        var (get, head) = (await fixture.GetAsync(path), await fixture.Host.SendAsync("HEAD", path));
        Assert.Equal((200, 200, 0), (get.Status, head.Status, head.Body.Length));
        Assert.Equal(get.Headers["Content-Type"], head.Headers["Content-Type"]);
    }

    /// <summary>The library says <c>Float64</c>, which is right in a process.</summary>
    [Fact]
    public async Task A_wrong_datatype_is_told_in_the_protocols_names()
    {
        await using var fixture = await InferenceFixture.StartAsync();
        fixture.Models.Answer = (_, _) => throw new PredictionInputException("Input 'x' is of Float64; the model takes Float32.");
        const string Request = """{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP64","data":[1,2]}]}""";
        var reply = await fixture.PostAsync(InferenceFixture.Infer, Request);
        Assert.Equal((400, "Input 'x' is of FP64; the model takes FP32."), (reply.Status, reply.Error));

        fixture.Models.Answer = (_, _) => throw new PredictionInputException("Input 'x' has too many rows.");
        var other = await fixture.PostAsync(InferenceFixture.Infer, Request.Replace("FP64", "FP32", StringComparison.Ordinal));
        Assert.Equal((400, "Input 'x' has too many rows."), (other.Status, other.Error));
    }

    [Theory]
    [InlineData("GET", "/v2/models/%20")]
    [InlineData("GET", "/v2/models/%20%09/ready")]
    [InlineData("POST", "/v2/models/%20/infer")]
    [InlineData("POST", "/v2/repository/models/%20/load")]
    [InlineData("POST", "/v2/repository/models/%20/unload")]
    public async Task A_name_of_nothing_but_blanks_is_none(string method, string path)
    {
        await using var fixture = await InferenceFixture.StartAsync();
        var reply = await fixture.Host.SendAsync(method, path);
        Assert.Equal((400, "The request names no model."), (reply.Status, reply.Error));
    }

    [Theory]
    [InlineData("01")]
    [InlineData("0")]
    [InlineData("+1")]
    public async Task A_version_has_one_name(string version)
    {
        await using var fixture = await InferenceFixture.StartAsync();
        var reply = await fixture.GetAsync($"/v2/models/m/versions/{version}");
        Assert.Equal((404, $"Model 'm' has no version '{version}': versions are whole numbers from 1."), (reply.Status, reply.Error));
    }

    [Fact]
    public async Task Denials_have_the_protocols_body()
    {
        await using var fixture = await InferenceFixture.StartAsync(withPolicies: true);
        const string Reader = $"Authorization: {TestAuthentication.Reader}";
        Assert.Equal(401, await StatusAsync("POST", InferenceFixture.Infer));
        Assert.Equal(401, await StatusAsync("GET", "/v2/nothing"));
        Assert.Equal(403, await StatusAsync("POST", "/v2/repository/models/m/load", Reader));
        Assert.Equal(403, await StatusAsync("POST", "/v2/repository/models/m/unload", Reader));
        Assert.Equal(403, await StatusAsync("POST", "/v2/repository/index", Reader));
        Assert.Equal(400, await StatusAsync("POST", InferenceFixture.Infer, Reader)); // Let in: there is no body.
        Assert.Empty(fixture.Models.Unloaded);
        Assert.Equal(200, (await fixture.GetAsync("/v2/health/ready")).Status);

        async Task<int> StatusAsync(string method, string path, params string[] headers)
        {
            var reply = await fixture.Host.SendAsync(method, path, null, headers);
            Assert.NotEmpty(reply.Error);
            return reply.Status;
        }
    }

    [Fact]
    public async Task Every_route_tells_of_errors_in_the_way_of_its_family()
    {
        await using var fixture = await InferenceFixture.StartAsync();
        var endpoints = fixture.Host.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().ToList();
        Assert.Equal(18, endpoints.Count(e => e.Metadata.GetMetadata<ErrorStyle>() is InferenceErrorStyle));
        Assert.All(
            endpoints,
            e =>
                Assert.Equal(
                    e.RoutePattern.RawText!.StartsWith("/v2", StringComparison.Ordinal),
                    e.Metadata.GetMetadata<ErrorStyle>() is InferenceErrorStyle
                )
        );
    }

    [Fact]
    public async Task Without_model_serving_there_is_nothing_of_it()
    {
        await using var host = await WebHost.StartAsync();
        var reply = await host.SendAsync("GET", "/v2/health/live");
        Assert.Equal((404, 0), (reply.Status, reply.Body.Length));
    }
}
