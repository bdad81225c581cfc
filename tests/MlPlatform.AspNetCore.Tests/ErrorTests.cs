using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MlPlatform.AspNetCore.Internal;
using MlPlatform.Core;
using MlPlatform.Registry;

namespace MlPlatform.AspNetCore.Tests;

public sealed class ErrorTests : IAsyncLifetime
{
    private static readonly AssetRef Asset = new(AssetKind.Experiment, "e");
    private readonly ThrowingEndpoints calls = new();
    private WebHost host = null!;

    public static TheoryData<string> Cases => [.. Expected.Keys];

    private static Dictionary<string, (Exception Thrown, int Status, string Code)> Expected { get; } =
        new (Exception, int, string)[]
        {
            (new AssetNotFoundException(Asset), 404, "RESOURCE_DOES_NOT_EXIST"),
            (new AssetExistsException(Asset), 400, "RESOURCE_ALREADY_EXISTS"),
            (new LoggedModelParamConflictException("m-1", "rate", "1", "2"), 400, "INVALID_PARAMETER_VALUE"),
            (new AssetDeletedException(Asset), 400, "INVALID_PARAMETER_VALUE"),
            (new ArgumentException("Bad name.", "name"), 400, "INVALID_PARAMETER_VALUE"),
            (new ArgumentNullException("name"), 400, "INVALID_PARAMETER_VALUE"),
            (new InvalidSearchException("filter", 3, "a number was expected."), 400, "INVALID_PARAMETER_VALUE"),
            (new ParamConflictException(default, "rate", "1", "2"), 400, "INVALID_PARAMETER_VALUE"),
            (new InvalidModelPackageException("Bad file."), 400, "INVALID_PARAMETER_VALUE"),
            (new ConcurrencyConflictException("s", "set", "k", ETag.None, new(1)), 409, "RESOURCE_CONFLICT"),
            (new DatabaseBusyException("metadata", TimeSpan.FromSeconds(10), new IOException()), 503, "TEMPORARILY_UNAVAILABLE"),
            (new StorageUnavailableException("/secret/place", "full", new IOException()), 503, "TEMPORARILY_UNAVAILABLE"),
            (new BadHttpRequestException("Too slow.", 408), 408, "DEADLINE_EXCEEDED"),
            (new BadHttpRequestException("Bad.", 400), 400, "BAD_REQUEST"),
            (new ArtifactCorruptException(ArtifactDigest.Of([1]), ArtifactDigest.Of([2])), 500, "INTERNAL_ERROR"),
            (new InvalidOperationException("secret detail"), 500, "INTERNAL_ERROR"),
            (new OperationCanceledException("secret detail"), 500, "INTERNAL_ERROR"), // Nobody cancelled: something else gave up.
            (MlflowException.AlreadyExists("There."), 400, "RESOURCE_ALREADY_EXISTS"),
            (MlflowException.NotImplemented("Not here."), 501, "NOT_IMPLEMENTED"),
        }.ToDictionary(e => $"{e.Item1.GetType().Name} {e.Item2} {e.Item3}", e => e, StringComparer.Ordinal);

    public async ValueTask InitializeAsync() => host = await WebHost.StartAsync(services: s => s.AddSingleton<IPlatformEndpoints>(calls));

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task An_exception_becomes_the_protocols_answer(string name)
    {
        var (thrown, status, code) = Expected[name];
        calls.Handler = _ => throw thrown;

        var reply = await host.SendAsync("GET", "/api/2.0/mlflow/test/call");

        Assert.Equal((status, code), (reply.Status, reply.ErrorCode));
        Assert.Equal("application/json", reply.Headers["Content-Type"]);
        Assert.Equal(2, reply.Json.AsObject().Count);
        Assert.DoesNotContain("secret", reply.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Parameter '", reply.Text, StringComparison.Ordinal);
        Assert.Equal(status == 503, reply.Headers.ContainsKey("Retry-After"));
        Assert.Equal(status is 500 or 503, host.Logs.Any(l => l.Level == LogLevel.Error && ReferenceEquals(l.Exception, thrown)));
    }

    [Theory]
    [InlineData("GET", "/api/2.0/mlflow/runs/no-such-call")]
    [InlineData("POST", "/ajax-api/2.0/mlflow/x")]
    [InlineData("GET", "/api/3.0/x")]
    [InlineData("PROPFIND", "/ajax-api/3.0/mlflow/x/y/z")]
    public async Task An_unknown_route_of_the_api_is_404_with_the_protocols_body(string method, string path)
    {
        var reply = await host.SendAsync(method, path);
        Assert.Equal((404, "ENDPOINT_NOT_FOUND"), (reply.Status, reply.ErrorCode));
    }

    [Theory]
    [InlineData("PUT", "/api/2.0/mlflow/test/call", "DELETE, GET, PATCH, POST")]
    [InlineData("POST", "/ajax-api/2.0/mlflow-artifacts/artifacts/1/2/artifacts/a/b", "DELETE, GET, HEAD, PUT")]
    [InlineData("POST", "/api/3.0/mlflow/server-info", "GET")]
    [InlineData("OPTIONS", "/api/2.0/mlflow/artifacts/list", "GET")]
    [InlineData("DELETE", "/health", "GET")]
    [InlineData("POST", "/version", "GET")]
    public async Task Another_method_is_405_and_the_right_ones_are_named(string method, string path, string allowed)
    {
        var reply = await host.SendAsync(method, path);
        Assert.Equal((405, allowed), (reply.Status, reply.Headers["Allow"]));
        Assert.Contains(allowed, reply.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_route_outside_the_api_is_left_to_the_host() => Assert.Equal((404, string.Empty), await StatusAndText("/elsewhere"));

    [Fact]
    public async Task A_failure_in_the_middle_of_an_answer_breaks_the_connection_off()
    {
        calls.Raw = async context =>
        {
            context.Response.ContentLength = 1000;
            await context.Response.Body.WriteAsync("half"u8.ToArray());
            await context.Response.Body.FlushAsync();
            throw new InvalidOperationException("secret detail");
        };

        var reply = await host.SendAsync("GET", "/test/raw");

        Assert.True(reply.Body.Length < 1000, "The body looks whole.");
        Assert.DoesNotContain("secret", reply.Text, StringComparison.Ordinal);
        Assert.Contains(host.Logs, l => l.Level == LogLevel.Error && l.Message.Contains("/test/raw", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_caller_that_goes_away_is_no_error()
    {
        var begun = new TaskCompletionSource();
        var ended = new TaskCompletionSource();
        calls.Raw = async context =>
        {
            begun.SetResult();
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
            }
            finally
            {
                context.Response.OnCompleted(() =>
                {
                    ended.SetResult();
                    return Task.CompletedTask;
                });
            }
        };
        using (var client = await RawHttp.ConnectAsync(host.Port))
        {
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes("GET /test/raw HTTP/1.1\r\nHost: localhost\r\n\r\n"));
            await begun.Task;
        }

        await ended.Task;
        Assert.DoesNotContain(
            host.Logs,
            l => l.Level >= LogLevel.Warning && !l.Message.Contains("this machine only", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Routes_can_be_mapped_below_a_prefix_and_behind_a_path_base()
    {
        await using var prefixed = await WebHost.StartAsync(middleware: app =>
        {
            app.UsePathBase("/base");
            app.MapGroup("/ml").MapMlflow();
        });
        Assert.Equal("OK", (await prefixed.SendAsync("GET", "/ml/health")).Text);
        Assert.Equal("ENDPOINT_NOT_FOUND", (await prefixed.SendAsync("GET", "/ml/api/2.0/nothing")).ErrorCode);
        Assert.Equal("OK", (await prefixed.SendAsync("GET", "/base/health")).Text);
    }

    private async Task<(int Status, string Text)> StatusAndText(string path)
    {
        var reply = await host.SendAsync("GET", path);
        return (reply.Status, reply.Text);
    }
}
