using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using MlPlatform.AspNetCore.Internal;
using MlPlatform.Core;
using MlPlatform.Registry;

namespace MlPlatform.AspNetCore.Tests;

public sealed class ActorTests
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Test name=wim;role=writer;team=network-ops", ActorKind.Person, "wim", "network-ops")]
    [InlineData("Test sub=42;role=writer", ActorKind.Person, "42", null)]
    [InlineData("Test client_id=trainer;role=writer;team=ml", ActorKind.Service, "trainer", "ml")]
    [InlineData("Test sub=trainer;client_id=trainer;role=writer", ActorKind.Service, "trainer", null)]
    [InlineData("Test role=writer", ActorKind.Service, "anonymous", null)]
    public async Task What_a_request_changes_is_in_the_event_log_under_its_caller_and_its_trace(
        string authorization,
        ActorKind kind,
        string id,
        string? team
    )
    {
        var calls = new ThrowingEndpoints();
        await using var host = await WebHost.StartAsync(services: s => s.AddSingleton<IPlatformEndpoints>(calls), withPolicies: true);
        calls.Handler = async _ =>
        {
            await host.Get<IExperimentTracker>().GetOrCreateExperimentAsync("flights", Cancel);
            return [];
        };

        var reply = await host.SendAsync(
            "POST",
            "/api/2.0/mlflow/test/call",
            null,
            $"Authorization: {authorization}",
            $"traceparent: 00-{Trace}-b7ad6b7169203331-01",
            "X-MLFLOW-USER: root",
            "X-Remote-User: root"
        );

        Assert.Equal(200, reply.Status);
        var events = await host.Get<IEventLog>().ReadAsync(new() { Types = [EventTypes.ExperimentCreated] }, Cancel);
        var created = Assert.Single(events, e => e.Subject.Id == "flights");
        Assert.Equal(new Actor(kind, id, team).ToString(), created.Actor.ToString());
        Assert.Equal(team, created.Actor.Team);
        Assert.Equal(Trace, created.TraceId);
    }

    [Fact]
    public async Task Roles_are_those_of_the_caller()
    {
        Actor? seen = null;
        var calls = new ThrowingEndpoints();
        await using var host = await WebHost.StartAsync(services: s => s.AddSingleton<IPlatformEndpoints>(calls), withPolicies: true);
        calls.Handler = _ =>
        {
            seen = host.Get<IActorAccessor>().Current;
            return Task.FromResult(new JsonObject());
        };
        await host.SendAsync("GET", "/api/2.0/mlflow/test/call", null, "Authorization: Test name=a;role=reader;role=approver");
        Assert.Equal(["reader", "approver"], seen!.Roles);
    }

    [Fact]
    public async Task Outside_a_request_the_application_acts_and_without_identity_nobody_does()
    {
        Actor? seen = null;
        var calls = new ThrowingEndpoints();
        await using var host = await WebHost.StartAsync(services: s => s.AddSingleton<IPlatformEndpoints>(calls));
        calls.Handler = _ =>
        {
            seen = host.Get<IActorAccessor>().Current;
            return Task.FromResult(new JsonObject());
        };
        await host.SendAsync("GET", "/api/2.0/mlflow/test/call");

        Assert.Equal(Actor.Anonymous, seen);
        Assert.Equal("service:MlPlatform.AspNetCore.Tests", host.Get<IActorAccessor>().Current.ToString());
    }

    [Fact]
    public async Task An_accessor_of_the_hosts_own_stays()
    {
        var own = new OwnActor();
        var services = new ServiceCollection();
        services.AddSingleton<IActorAccessor>(own);
        services.AddMlPlatformCore().UseSqlite().AddAspNetCore().AddAspNetCore();
        await using var provider = services.BuildServiceProvider();
        Assert.Same(own, provider.GetRequiredService<IActorAccessor>());
    }

    private sealed class OwnActor : IActorAccessor
    {
        public Actor Current { get; } = new(ActorKind.Person, "own");
    }
}
