using System.Net;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MlPlatform.AspNetCore.Internal;
using MlPlatform.Core;

namespace MlPlatform.AspNetCore.Tests;

public sealed class AccessTests
{
    private static readonly string[] Policies = [MlPlatformPolicies.Read, MlPlatformPolicies.Write, MlPlatformPolicies.Admin];

    // Searches whose arguments may be too long for a query. A new one is a decision.
    private static readonly string[] PostsThatOnlyRead =
    [
        "/experiments/search",
        "/experiments/search-datasets",
        "/runs/search",
        "/logged-models/search",
        "/registered-models/get-latest-versions",
        "/traces/search",
        "/infer",
        "/score",
        "/ModelReady",
        "/ModelMetadata",
        "/ModelConfig",
        "/ModelStatistics",
        "/ModelInfer",
        "/ModelStreamInfer",
        "/{unimplementedMethod:grpcunimplemented}",
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_endpoint_carries_a_policy_and_only_health_is_open()
    {
        await using var host = await WebHost.StartAsync(
            services: s =>
            {
                s.AddMlPlatformCore().AddServing();
                new ScriptedPredictor().AddTo(s);
            },
            middleware: app => app.MapPredict<Flight, LateFlight>("/score", ScriptedPredictor.Reference),
            withPolicies: true
        );
        var endpoints = host.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().ToList();
        Assert.True(endpoints.Count > 40, $"Only {endpoints.Count} endpoints were found.");
        Assert.Empty(endpoints.Where(e => e.Metadata.GetMetadata<EndpointAccess>() is null).Select(e => e.RoutePattern.RawText));

        var open = endpoints.Where(e => e.Metadata.GetMetadata<IAllowAnonymous>() is not null).Select(e => e.RoutePattern.RawText);
        const string Grpc = "/inference.GRPCInferenceService/";
        Assert.Equal(
            ["/health", "/v2", "/v2/health/live", "/v2/health/ready", Grpc + "ServerLive", Grpc + "ServerReady", Grpc + "ServerMetadata"],
            open
        );
        foreach (var endpoint in endpoints.Where(e => e.Metadata.GetMetadata<IAllowAnonymous>() is null))
        {
            var policy = Assert.Single(endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>()).Policy;
            Assert.Contains(policy, Policies);
            var path = endpoint.RoutePattern.RawText!;
            var methods = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? [];
            var writes =
                methods.Any(m => m is not ("GET" or "HEAD")) && !PostsThatOnlyRead.Any(p => path.EndsWith(p, StringComparison.Ordinal));
            Assert.False(writes && policy == MlPlatformPolicies.Read, $"{endpoint} writes and asks for no more than reading.");
        }
    }

    [Fact]
    public async Task Without_policies_every_endpoint_refuses_callers_of_other_machines_foreign_names_and_foreign_pages()
    {
        await using var host = await WebHost.StartAsync(services: s => s.AddMlPlatformCore().AddServing());
        string[][] strangers =
        [
            [$"{WebHost.Remote}: 203.0.113.7"],
            [$"{WebHost.Remote}: 2001:db8::1"],
            ["Host: evil.example"],
            ["Host: 127.0.0.1.evil.example"],
            ["Origin: http://evil.example"],
            ["Origin: null"],
            ["X-Forwarded-For: 203.0.113.7"],
            ["Forwarded: for=203.0.113.7"],
        ];
        foreach (var endpoint in host.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())
        {
            var pattern = endpoint.RoutePattern.RawText!.Trim('/').Replace("{**path}", "x").Replace("{**rest}", "x");
            var path = "/" + pattern.Replace("{model_id}", "m").Replace("{model}", "m").Replace("{version}", "1");
            var method = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods[0] ?? "GET";
            string[] asGrpc = [];
            if (pattern.Contains("grpcunimplemented", StringComparison.Ordinal)) // Found by what a request says that its content is.
            {
                (path, method, asGrpc) = (
                    pattern.StartsWith('{') ? "/Other/Method" : $"/{GrpcMethods.Service}/Other",
                    "POST",
                    ["Content-Type: application/grpc"]
                );
            }

            foreach (var stranger in strangers)
            {
                var reply = await host.SendAsync(method, path, null, [.. stranger, .. asGrpc]);
                if (endpoint.Metadata.GetMetadata<ErrorStyle>() is GrpcErrorStyle)
                {
                    var status = reply.Headers.FirstOrDefault(h => h.Key.Equals("grpc-status", StringComparison.OrdinalIgnoreCase)).Value;
                    Assert.Equal((200, "7"), (reply.Status, status)); // PERMISSION_DENIED
                    continue;
                }

                Assert.True(reply.Status == 403, $"{method} {path} with {stranger[0]} answered {reply.Status}.");
                var isInference = path.StartsWith("/v2", StringComparison.Ordinal);
                Assert.Equal(isInference ? ["error"] : ["error_code", "message"], reply.Json.AsObject().Select(m => m.Key));
            }
        }
    }

    [Theory]
    [InlineData("Host: localhost", 200)]
    [InlineData("Host: LOCALHOST:5000", 200)]
    [InlineData("Host: 127.0.0.1", 200)]
    [InlineData("Host: [::1]:5000", 200)]
    [InlineData("Host: localhost.", 403)]
    [InlineData("Host: 192.168.0.1", 403)]
    [InlineData("Origin: http://localhost", 200)]
    [InlineData("Origin: http://localhost:3000", 403)]
    [InlineData("Origin: https://localhost", 200)]
    [InlineData("test-remote-address: ::1", 200)]
    [InlineData("test-remote-address: ::ffff:127.0.0.1", 200)]
    public async Task Without_policies_this_machine_is_let_in_by_its_own_names(string header, int status)
    {
        await using var host = await WebHost.StartAsync();
        Assert.Equal(status, (await host.SendAsync("GET", "/version", null, header)).Status);
    }

    [Fact]
    public async Task Without_policies_one_warning_says_so_and_with_them_none()
    {
        await using (var host = await WebHost.StartAsync(middleware: app => app.MapGroup("/again").MapMlflow()))
        {
            var warning = Assert.Single(host.Logs, l => l.Level == LogLevel.Warning);
            Assert.Contains("this machine only", warning.Message, StringComparison.Ordinal);
        }

        await using var guarded = await WebHost.StartAsync(withPolicies: true);
        Assert.DoesNotContain(guarded.Logs, l => l.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task With_policies_a_caller_gets_what_its_roles_allow_and_is_told_in_the_protocols_words()
    {
        await using var host = await WebHost.StartAsync(withPolicies: true);
        const string File = "/api/2.0/mlflow-artifacts/artifacts/0/00000000000000000000000000000000/artifacts/f";
        const string Reader = $"Authorization: {TestAuthentication.Reader}";
        const string Writer = $"Authorization: {TestAuthentication.Writer}";

        var nobody = await host.SendAsync("GET", "/version");
        Assert.Equal((401, "UNAUTHENTICATED"), (nobody.Status, nobody.ErrorCode));
        var lacking = await host.SendAsync("PUT", File, [1], Reader);
        Assert.Equal((403, "PERMISSION_DENIED"), (lacking.Status, lacking.ErrorCode));
        Assert.Contains(MlPlatformPolicies.Write, lacking.Message, StringComparison.Ordinal);
        Assert.Equal(401, (await host.SendAsync("GET", "/api/2.0/mlflow/no/such/call")).Status);
        Assert.Equal(200, (await host.SendAsync("GET", "/version", null, Reader)).Status);
        Assert.Equal(404, (await host.SendAsync("PUT", File, [1], Writer)).Status); // Let in: there is no such run.
        Assert.Equal(200, (await host.SendAsync("GET", "/health")).Status);
    }

    [Fact]
    public async Task With_policies_other_machines_may_call_by_allowed_names_only()
    {
        await using var host = await WebHost.StartAsync(
            o =>
            {
                o.AllowedHosts.Add("ml.example.com");
                o.AllowedHosts.Add("*.internal.example.com");
                o.AllowedOrigins.Add("https://portal.example.com");
            },
            withPolicies: true
        );
        Assert.Equal(200, await VersionAsync("Host: ml.example.com:8443"));
        Assert.Equal(200, await VersionAsync("Host: a.b.internal.example.com"));
        Assert.Equal(403, await VersionAsync("Host: internal.example.com"));
        Assert.Equal(403, await VersionAsync("Host: evilinternal.example.com"));
        Assert.Equal(403, await VersionAsync("Host: localhost"));
        Assert.Equal(200, await VersionAsync("Host: ml.example.com", "Origin: https://portal.example.com"));
        Assert.Equal(403, await VersionAsync("Host: ml.example.com", "Origin: http://portal.example.com"));
        Assert.Equal(403, await VersionAsync("Host: ml.example.com", "Origin: https://portal.example.com.evil.example"));
        Assert.Equal(200, await VersionAsync("Host: ml.example.com", "Origin: https://ml.example.com"));

        async Task<int> VersionAsync(params string[] headers) =>
            (
                await host.SendAsync(
                    "GET",
                    "/version",
                    null,
                    [.. headers, $"Authorization: {TestAuthentication.Reader}", $"{WebHost.Remote}: 203.0.113.7"]
                )
            ).Status;
    }

    [Fact]
    public async Task Some_policies_without_the_others_are_an_error_at_start()
    {
        var error = await Assert.ThrowsAsync<MlPlatformException>(() =>
            WebHost.StartAsync(services: s =>
                s.AddAuthorizationBuilder().AddPolicy(MlPlatformPolicies.Read, p => p.RequireAuthenticatedUser())
            )
        );
        Assert.Contains($"{MlPlatformPolicies.Write}, {MlPlatformPolicies.Admin} are not defined", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_forgets_its_authorization_middleware_answers_nobody()
    {
        // Policies without the service that the framework adds its middleware by: the endpoint itself refuses to run.
        await using var host = await WebHost.StartAsync(services: s =>
            s.AddSingleton<IAuthorizationPolicyProvider>(new DefaultAuthorizationPolicyProvider(Options()))
        );
        var reply = await host.Client.GetAsync("/version", Cancel);
        Assert.Equal(HttpStatusCode.InternalServerError, reply.StatusCode);

        static Microsoft.Extensions.Options.IOptions<AuthorizationOptions> Options()
        {
            var options = new AuthorizationOptions();
            Array.ForEach(Policies, name => options.AddPolicy(name, p => p.RequireAuthenticatedUser()));
            return Microsoft.Extensions.Options.Options.Create(options);
        }
    }
}
