using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlPlatform.Core;

namespace MlPlatform.AspNetCore.Tests;

/// <summary>What callers see while a server stops.</summary>
public sealed class DrainTests
{
    private const string Infer = """{"inputs":[]}""";
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_server_that_was_told_to_stop_is_not_ready_at_once_and_answers_until_the_delay_is_over()
    {
        var clock = new WaitedClock(Delay);
        await using var host = await StartAsync(clock, Delay);
        Assert.Equal(200, (await host.SendAsync("GET", "/v2/health/ready")).Status);
        var stopped = host.StopAsync();
        await clock.Waited; // The delay has begun.
        var ready = await host.SendAsync("GET", "/v2/health/ready");
        Assert.Equal((503, """{"ready":false}""", "1"), (ready.Status, ready.Text, ready.Headers["Retry-After"]));
        Assert.Equal(200, (await host.SendAsync("GET", "/v2/health/live")).Status);
        var answer = await PostAsync(host, InferenceFixture.Infer, Infer);
        Assert.Equal((200, "close"), (answer.Status, answer.Headers["Connection"])); // The next request finds another server.
        answer = await PostAsync(host, "/score", PredictFixture.Simple);
        Assert.Equal((200, "close"), (answer.Status, answer.Headers["Connection"]));
        Assert.False(stopped.IsCompleted);
        clock.Advance(Delay);
        await stopped;
    }

    [Fact]
    public async Task Requests_in_flight_are_answered_and_new_ones_refused_in_the_words_of_their_route()
    {
        var predictor = new ScriptedPredictor();
        await using var host = await StartAsync(new(Delay), TimeSpan.Zero, predictor);
        var (asked, answer) = (Source(), Source());
        predictor.Answer = async (flight, options, _) =>
        {
            asked.SetResult();
            await answer.Task;
            return ScriptedPredictor.Made(1, options);
        };
        var inFlight = PostAsync(host, "/score", PredictFixture.Simple);
        await asked.Task;
        var stopped = host.StopAsync();

        var refused = await PostAsync(host, InferenceFixture.Infer, Infer);
        Assert.Equal((503, "1", "close"), (refused.Status, refused.Headers["Retry-After"], refused.Headers["Connection"]));
        Assert.Contains("stopping", refused.Error, StringComparison.Ordinal);
        var problem = await PostAsync(host, "/score", PredictFixture.Simple);
        Assert.Equal(
            (503, "1", "application/problem+json"),
            (problem.Status, problem.Headers["Retry-After"], problem.Headers["Content-Type"])
        );
        Assert.Equal(503, (await host.SendAsync("GET", "/version")).Status);
        Assert.Equal(200, (await host.SendAsync("GET", "/v2/health/live")).Status);
        Assert.Equal(503, (await host.SendAsync("GET", "/v2/health/ready")).Status);
        Assert.False(stopped.IsCompleted);

        answer.SetResult();
        Assert.Equal(200, (await inFlight).Status);
        await stopped;
        Assert.DoesNotContain(host.Logs, l => l.Level >= LogLevel.Error);
    }

    [Fact]
    public async Task When_the_hosts_time_is_over_the_log_says_how_many_are_left()
    {
        var predictor = new ScriptedPredictor();
        await using var host = await StartAsync(new(Delay), TimeSpan.Zero, predictor);
        var asked = Source();
        predictor.Answer = async (_, options, cancellationToken) =>
        {
            asked.SetResult();
            await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
            return ScriptedPredictor.Made(1, options);
        };
        var inFlight = PostAsync(host, "/score", PredictFixture.Simple);
        await asked.Task;
        using var over = new CancellationTokenSource();
        var stopped = host.StopAsync(over.Token);
        await over.CancelAsync();
        await stopped.ContinueWith(_ => { }, TestContext.Current.CancellationToken, TaskContinuationOptions.None, TaskScheduler.Default); // The host itself may complain.
        Assert.Contains(
            host.Logs,
            l => l.Level == LogLevel.Warning && l.Message.Contains("1 requests are not answered", StringComparison.Ordinal)
        );
        Assert.Equal(0, (await inFlight).Status);
    }

    [Fact]
    public async Task The_delay_comes_on_top_of_the_hosts_time_to_stop()
    {
        await using var host = await StartAsync(new(Delay), TimeSpan.Zero);
        var usual = host.Get<IOptions<HostOptions>>().Value.ShutdownTimeout;
        await using var slow = await StartAsync(new(Delay), TimeSpan.FromMilliseconds(7));
        Assert.Equal(usual + TimeSpan.FromMilliseconds(7), slow.Get<IOptions<HostOptions>>().Value.ShutdownTimeout);
    }

    private static Task<WebHost> StartAsync(WaitedClock clock, TimeSpan delay, ScriptedPredictor? predictor = null) =>
        WebHost.StartAsync(
            o => o.ShutdownDelay = delay,
            s =>
            {
                s.AddKeyedSingleton<TimeProvider>(Clocks.WorkKey, clock);
                ScriptedModels.AddTo(s);
                (predictor ?? new()).AddTo(s);
            },
            app => app.MapPredict<Flight, LateFlight>("/score", ScriptedPredictor.Reference)
        );

    private static TaskCompletionSource Source() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static Task<RawReply> PostAsync(WebHost host, string path, string json) =>
        host.SendAsync("POST", path, Encoding.UTF8.GetBytes(json), "Content-Type: application/json");
}
