using MlPlatform.Core;

namespace MlPlatform.Serving.Tests;

/// <summary>Requests that say which version is to answer.</summary>
public sealed class TargetTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_request_gets_the_version_that_it_is_for_whatever_the_share()
    {
        await using var host = await RolloutHost.StartAsync();
        await host.Rollouts.StartAsync("m", 2, RolloutHost.Options(.01), Token);
        await host.Serving.Server.RefreshAsync("m", Token);
        foreach (
            var (target, version, route) in new[]
            {
                (PredictionTarget.Candidate, 2, PredictionRoute.Targeted),
                (PredictionTarget.OfVersion(2), 2, PredictionRoute.Targeted),
                (PredictionTarget.OfVersion(1), 1, PredictionRoute.Targeted),
                (default, 1, PredictionRoute.Primary),
            }
        )
        {
            var answer = await PredictAsync(host, target);
            Assert.Equal((version, route), (answer.ModelVersion.Version, answer.Route));
            Assert.Equal(version == 1 ? 0.25f : 0.75f, answer.Value);
        }
    }

    [Fact]
    public async Task The_rollout_does_not_count_such_requests_and_nobody_answers_in_place_of_a_candidate_that_fails()
    {
        await using var host = await RolloutHost.StartAsync();
        await host.Rollouts.StartAsync("m", 2, RolloutHost.Options(50), Token);
        await host.Serving.Server.RefreshAsync("m", Token);
        host.Runtime.Models[2] = _ => throw new InvalidOperationException("Broken.");
        for (var i = 0; i < 100; i++)
        {
            var error = await Assert.ThrowsAsync<PredictionFailedException>(() => PredictAsync(host, PredictionTarget.Candidate));
            Assert.Equal(2, error.Version.Version);
        }

        host.Runtime.Models[2] = _ => 0.75f;
        var rollout = await host.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(RolloutState.Canary, rollout.State); // A hundred failures that counted would have ended it.
    }

    [Fact]
    public async Task What_neither_serves_nor_is_the_candidate_is_refused()
    {
        await using var host = await RolloutHost.StartAsync();
        var error = await Assert.ThrowsAsync<PredictionInputException>(() => PredictAsync(host, PredictionTarget.Candidate));
        Assert.Equal("'m@champion' cannot answer by 'candidate': it serves m@v1, and it has no candidate.", error.Message);
        error = await Assert.ThrowsAsync<PredictionInputException>(() => PredictAsync(host, PredictionTarget.OfVersion(9)));
        Assert.Contains("'v9'", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => PredictionTarget.OfVersion(0));
    }

    private static async Task<Prediction<float>> PredictAsync(RolloutHost host, PredictionTarget target) =>
        await host.Serving.Predictor<Request, float>().PredictAsync(new(1), new PredictOptions { Target = target }, Token);
}
