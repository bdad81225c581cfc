using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MlPlatform.Core;
using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Tests;

public sealed class PredictErrorTests
{
    private static readonly ModelVersionId Version = new("late", 3);

    public static TheoryData<string> Cases => [.. Expected.Keys];

    private static Dictionary<string, (Exception Thrown, int Status, string Says, string? RetryAfter)> Expected { get; } =
        new Dictionary<string, (Exception, int, string, string?)>(StringComparer.Ordinal)
        {
            ["input"] = (new PredictionInputException("Input 'x' is missing."), 400, "Input 'x' is missing.", null),
            ["unavailable"] = (new ModelUnavailableException("late@v3", new IOException("secret")), 503, "'late@v3' cannot be loaded", "1"),
            ["busy"] = (new ModelOverloadedException(Version, "900 rows wait.", TimeSpan.FromSeconds(2.1)), 503, "900 rows wait", "3"),
            ["busy for a moment"] = (new ModelOverloadedException(Version, "9 wait.", TimeSpan.Zero), 503, "9 wait", "1"),
            ["late"] = (new PredictionTimeoutException(Version, TimeSpan.FromMilliseconds(5)), 504, "within 5 ms", null),
            ["failed"] = (new PredictionFailedException(Version, new IOException("secret")), 500, "late@v3 failed", null),
            ["database"] = (
                new DatabaseBusyException("metadata", TimeSpan.FromSeconds(10), new IOException("secret")),
                503,
                "Try again",
                "1"
            ),
            ["argument"] = (new ArgumentException("secret"), 500, "its log says why", null),
            ["anything"] = (new InvalidOperationException("secret"), 500, "its log says why", null),
        };

    [Fact]
    public async Task A_busy_model_refuses_before_a_request_is_read()
    {
        await using var fixture = await PredictFixture.StartAsync();
        fixture.Predictor.Busy = new(Version, "9 wait.", TimeSpan.FromSeconds(7));
        var reply = await fixture.PostAsync("nothing that could be read");
        Assert.Equal((503, "7"), (reply.Status, reply.Headers["Retry-After"]));
        Assert.Contains("9 wait.", (string)reply.Json["detail"]!, StringComparison.Ordinal);
        fixture.Predictor.Busy = null;
        Assert.Equal(200, (await fixture.PostAsync(PredictFixture.Simple)).Status); // The connection is in order.
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task An_exception_becomes_problem_details(string name)
    {
        await using var fixture = await PredictFixture.StartAsync();
        var (thrown, status, says, retryAfter) = Expected[name];
        fixture.Predictor.Answer = (_, _, _) => ValueTask.FromException<Prediction<LateFlight>>(thrown);
        var reply = await fixture.PostAsync(PredictFixture.Simple);
        AssertProblem(reply, status);
        Assert.Contains(says, Detail(reply), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", reply.Text, StringComparison.Ordinal);
        Assert.Equal(retryAfter, reply.Headers.GetValueOrDefault("Retry-After"));
        var isExpected = thrown is ModelOverloadedException or PredictionTimeoutException;
        Assert.Equal(status >= 500 && !isExpected, fixture.Host.Logs.Any(l => l.Level == LogLevel.Error));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("""{"carrier":"AA","distance":"far"}""")]
    [InlineData("""{"carrier":"AA"} x""")]
    public async Task A_body_that_is_not_the_type_is_400(string json)
    {
        await using var fixture = await PredictFixture.StartAsync();
        AssertProblem(await fixture.PostAsync(json), 400);
        Assert.Null(fixture.Predictor.LastInput);
    }

    [Fact]
    public async Task A_number_that_json_cannot_hold_is_500_and_the_log_says_why()
    {
        await using var fixture = await PredictFixture.StartAsync();
        fixture.Predictor.Answer = (_, options, _) => new(ScriptedPredictor.Made(float.NaN, options));
        var reply = await fixture.PostAsync(PredictFixture.Simple);
        AssertProblem(reply, 500);
        Assert.False(reply.Headers.ContainsKey("mlp-prediction-id"));
        Assert.Contains(fixture.Host.Logs, l => l.Level == LogLevel.Error && l.Exception is ArgumentException);
    }

    [Theory]
    [InlineData("Content-Type: text/plain")]
    [InlineData("Content-Type: application/x-www-form-urlencoded")]
    [InlineData("Content-Type: application/json; charset=utf-16")]
    [InlineData("X-None: x")]
    public async Task Another_type_is_415(string header)
    {
        await using var fixture = await PredictFixture.StartAsync();
        var reply = await fixture.Host.SendAsync("POST", "/score", Encoding.UTF8.GetBytes(PredictFixture.Simple), header);
        AssertProblem(reply, 415);
        Assert.Contains("application/json was expected", Detail(reply), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_that_is_too_large_is_413_whether_it_says_so_or_not(bool saysLength)
    {
        await using var fixture = await PredictFixture.StartAsync(o => o.MaxRequestBytes = 1024);
        var json = Encoding.UTF8.GetBytes($$"""{"carrier":"{{new string('x', 2000)}}"}""");
        byte[] body = saysLength ? json : [.. Encoding.ASCII.GetBytes($"{json.Length:x}\r\n"), .. json, .. "\r\n0\r\n\r\n"u8];
        var reply = await fixture.Host.SendAsync(
            "POST",
            "/score",
            body,
            "Content-Type: application/json",
            saysLength ? "X-None: x" : "Transfer-Encoding: chunked"
        );
        AssertProblem(reply, 413);
    }

    [Fact]
    public async Task A_host_that_adds_problem_details_has_them_its_own_way()
    {
        await using var fixture = await PredictFixture.StartAsync(services: s =>
            s.AddProblemDetails(o => o.CustomizeProblemDetails = c => c.ProblemDetails.Extensions["team"] = "flights")
        );
        fixture.Predictor.Answer = (_, _, _) => throw new ModelOverloadedException(Version, "9 wait.", TimeSpan.FromSeconds(7));
        var reply = await fixture.PostAsync(PredictFixture.Simple);
        AssertProblem(reply, 503);
        Assert.Equal(("flights", "7"), ((string?)reply.Json["team"], reply.Headers["Retry-After"]));
    }

    [Fact]
    public async Task A_caller_that_has_gone_is_no_error()
    {
        await using var fixture = await PredictFixture.StartAsync();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        fixture.Predictor.Answer = async (_, options, cancellationToken) =>
        {
            asked.SetResult();
            await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
            return ScriptedPredictor.Made(0, options);
        };
        using (var client = await RawHttp.ConnectAsync(fixture.Host.Port))
        {
            await client
                .GetStream()
                .WriteAsync(
                    "POST /score HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{\"carrier\":\"AA\"}"u8.ToArray(),
                    TestContext.Current.CancellationToken
                );
            await asked.Task;
        }

        await fixture.Host.IdleAsync();
        Assert.DoesNotContain(
            fixture.Host.Logs,
            l =>
                l.Level >= LogLevel.Warning
                && l.Category!.StartsWith("MlPlatform.AspNetCore.Internal.RequestPipeline", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_time_out_of_the_hosts_own_is_answered_by_the_host()
    {
        var predictor = new ScriptedPredictor
        {
            Answer = async (_, options, cancellationToken) =>
            {
                await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
                return ScriptedPredictor.Made(0, options);
            },
        };
        await using var host = await WebHost.StartAsync(
            services: s =>
            {
                predictor.AddTo(s);
                s.AddRequestTimeouts();
            },
            middleware: app =>
            {
                app.UseRequestTimeouts();
                app.MapPredict<Flight, LateFlight>("/score", ScriptedPredictor.Reference).WithRequestTimeout(TimeSpan.FromMilliseconds(1));
            }
        );
        var reply = await host.SendAsync("POST", "/score", Encoding.UTF8.GetBytes(PredictFixture.Simple), "Content-Type: application/json");
        Assert.Equal(504, reply.Status);
    }

    private static void AssertProblem(RawReply reply, int status)
    {
        Assert.Equal((status, "application/problem+json"), (reply.Status, reply.Headers["Content-Type"]));
        Assert.Equal(status, (int)reply.Json["status"]!);
        Assert.NotEmpty((string)reply.Json["title"]!);
        Assert.NotEmpty(Detail(reply));
    }

    private static string Detail(RawReply reply) => (string)reply.Json["detail"]!;
}
