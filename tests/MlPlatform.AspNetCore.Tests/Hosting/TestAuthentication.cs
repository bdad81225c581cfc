using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MlPlatform.AspNetCore.Tests;

/// <summary>Believes the header <c>Authorization: Test type=value;type=value</c>; "name" and "role" are the name and roles.</summary>
internal sealed class TestAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string Reader = "Test name=rosa;role=reader";
    public const string Writer = "Test name=wim;role=writer;team=network-ops";

    public static void Add(IServiceCollection services)
    {
        // Not AddAuthentication, which keeps keys in the home folder.
        services.AddWebEncoders();
        services.AddTransient<TestAuthentication>();
        services.AddAuthenticationCore(o =>
        {
            o.DefaultScheme = "Test";
            o.AddScheme<TestAuthentication>("Test", null);
        });
        services
            .AddAuthorizationBuilder()
            .AddPolicy(MlPlatformPolicies.Read, p => p.RequireRole("reader", "writer", "admin"))
            .AddPolicy(MlPlatformPolicies.Write, p => p.RequireRole("writer", "admin"))
            .AddPolicy(MlPlatformPolicies.Admin, p => p.RequireRole("admin"));
    }

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        if (!header.StartsWith("Test ", StringComparison.Ordinal))
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        var claims = header["Test ".Length..].Split(';').Select(c => c.Split('=')).Select(c => new Claim(c[0], c[1]));
        var identity = new ClaimsIdentity(claims, "Test", "name", "role");
        return Task.FromResult(AuthenticateResult.Success(new(new(identity), "Test")));
    }
}
