using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Tests;

public sealed class VersionChoiceTests
{
    private const string Tester = "Authorization: Test name=tessa;role=reader;team=testers";

    [Theory]
    [InlineData("/score")]
    [InlineData(InferenceFixture.Infer)]
    public async Task Nobody_may_choose_while_the_policy_is_not_defined(string path)
    {
        await using var host = await StartAsync(new(), new(), withPolicy: false);
        var reply = await PostAsync(host, path, "candidate", Tester);
        Assert.Equal(403, reply.Status);
        Assert.Contains("MlPlatform.ChooseVersion, which this server does not define", reply.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/score", "candidate", "candidate")]
    [InlineData("/score", "Candidate", "candidate")]
    [InlineData("/score", "v3", "v3")]
    [InlineData("/score", "12", "v12")]
    [InlineData(InferenceFixture.Infer, "candidate", "candidate")]
    [InlineData(InferenceFixture.Infer, "v3", "v3")]
    public async Task Who_meets_the_policy_chooses_and_others_are_refused(string path, string header, string target)
    {
        var (predictor, models) = (new ScriptedPredictor(), new ScriptedModels());
        await using var host = await StartAsync(predictor, models, withPolicy: true);
        var denied = await PostAsync(host, path, header, $"Authorization: {TestAuthentication.Reader}");
        Assert.Equal(403, denied.Status);
        Assert.Equal((null, null), (predictor.LastInput, models.LastModel));

        Assert.Equal(200, (await PostAsync(host, path, header, Tester)).Status);
        var said = path == "/score" ? predictor.LastOptions : models.LastOptions;
        Assert.Equal(target, said.Target.ToString());
    }

    [Theory]
    [InlineData("v0")]
    [InlineData("-1")]
    [InlineData("v")]
    [InlineData("champion")]
    [InlineData("v2147483648")]
    public async Task What_is_no_version_is_400(string header)
    {
        await using var host = await StartAsync(new(), new(), withPolicy: true);
        var reply = await PostAsync(host, "/score", header, Tester);
        Assert.Equal(400, reply.Status);
        Assert.Contains("mlp-version", reply.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_any_policy_nobody_may_choose_on_this_machine_either()
    {
        await using var fixture = await PredictFixture.StartAsync();
        Assert.Equal(403, (await fixture.PostAsync(PredictFixture.Simple, "mlp-version: candidate")).Status);
        Assert.Equal(200, (await fixture.PostAsync(PredictFixture.Simple)).Status);
        Assert.Equal(default, fixture.Predictor.LastOptions);
    }

    private static Task<WebHost> StartAsync(ScriptedPredictor predictor, ScriptedModels models, bool withPolicy) =>
        WebHost.StartAsync(
            services: s =>
            {
                predictor.AddTo(s);
                s.AddSingleton<IInferenceServer>(models);
                if (withPolicy)
                {
                    s.AddAuthorizationBuilder().AddPolicy(MlPlatformPolicies.ChooseVersion, p => p.RequireClaim("team", "testers"));
                }
            },
            middleware: app => app.MapPredict<Flight, LateFlight>("/score", ScriptedPredictor.Reference),
            withPolicies: true
        );

    private static Task<RawReply> PostAsync(WebHost host, string path, string version, string caller) =>
        host.SendAsync(
            "POST",
            path,
            path == "/score" ? System.Text.Encoding.UTF8.GetBytes(PredictFixture.Simple) : """{"inputs":[]}"""u8.ToArray(),
            "Content-Type: application/json",
            $"mlp-version: {version}",
            caller
        );
}
