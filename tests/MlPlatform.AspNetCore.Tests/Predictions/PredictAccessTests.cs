using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using MlPlatform.AspNetCore.Internal;

namespace MlPlatform.AspNetCore.Tests;

public sealed class PredictAccessTests
{
    private const string Reader = $"Authorization: {TestAuthentication.Reader}";
    private const string Writer = $"Authorization: {TestAuthentication.Writer}";
    private const string Away = $"{WebHost.Remote}: 203.0.113.7";

    [Fact]
    public async Task By_itself_a_route_asks_for_the_policy_for_reading()
    {
        await using var fixture = await PredictFixture.StartAsync(withPolicies: true);
        Assert.Equal([MlPlatformPolicies.Read], PoliciesOf(fixture));
        var nobody = await fixture.PostAsync(PredictFixture.Simple);
        Assert.Equal((401, "application/problem+json"), (nobody.Status, nobody.Headers["Content-Type"]));
        var stranger = await fixture.PostAsync(PredictFixture.Simple, "Authorization: Test name=sam;role=guest");
        Assert.Equal((403, "application/problem+json"), (stranger.Status, stranger.Headers["Content-Type"]));
        Assert.Contains(MlPlatformPolicies.Read, stranger.Text, StringComparison.Ordinal);
        Assert.Equal(200, (await fixture.PostAsync(PredictFixture.Simple, Reader, Away)).Status);
        Assert.Equal(403, (await fixture.PostAsync(PredictFixture.Simple, Reader, "Host: evil.example")).Status);
    }

    [Fact]
    public async Task Without_policies_it_answers_this_machine_only()
    {
        await using var fixture = await PredictFixture.StartAsync();
        Assert.Equal(200, (await fixture.PostAsync(PredictFixture.Simple)).Status);
        foreach (var stranger in new[] { Away, "Host: evil.example", "Origin: http://evil.example", "X-Forwarded-For: 203.0.113.7" })
        {
            var reply = await fixture.PostAsync(PredictFixture.Simple, stranger);
            Assert.Equal((403, "application/problem+json"), (reply.Status, reply.Headers["Content-Type"]));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_the_application_says_takes_its_place_on_the_route_or_on_its_group(bool onGroup)
    {
        var predictor = new ScriptedPredictor();
        await using var host = await WebHost.StartAsync(
            services: s =>
            {
                predictor.AddTo(s);
                TestAuthentication.Add(s);
                s.AddAuthorizationBuilder().AddPolicy("Scorers", p => p.RequireRole("guest"));
            },
            middleware: app =>
            {
                var group = app.MapGroup("/api");
                var route = group.MapPredict<Flight, LateFlight>("/score", ScriptedPredictor.Reference);
                (onGroup ? group : route).RequireAuthorization("Scorers");
            }
        );
        Assert.Equal(200, await PostAsync("Authorization: Test name=sam;role=guest", Away, "Host: api.example.com"));
        Assert.Equal(403, await PostAsync(Writer));
        Assert.Equal(401, await PostAsync());
        var endpoint = host.Get<EndpointDataSource>()
            .Endpoints.Single(e => e.Metadata.GetMetadata<EndpointAccess>()?.Level == Access.Application);
        Assert.Equal(["Scorers"], endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>().Select(d => d.Policy));

        async Task<int> PostAsync(params string[] headers) =>
            (
                await host.SendAsync(
                    "POST",
                    "/api/score",
                    System.Text.Encoding.UTF8.GetBytes(PredictFixture.Simple),
                    ["Content-Type: application/json", .. headers]
                )
            ).Status;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_application_may_open_it_to_all(bool withPolicies)
    {
        await using var fixture = await PredictFixture.StartAsync(conventions: e => e.AllowAnonymous(), withPolicies: withPolicies);
        Assert.Equal(200, (await fixture.PostAsync(PredictFixture.Simple, Away, "Host: api.example.com")).Status);
    }

    private static IEnumerable<string?> PoliciesOf(PredictFixture fixture) =>
        fixture
            .Host.Get<EndpointDataSource>()
            .Endpoints.OfType<RouteEndpoint>()
            .Single(e => e.RoutePattern.RawText == "/score")
            .Metadata.GetOrderedMetadata<IAuthorizeData>()
            .Select(d => d.Policy);
}
