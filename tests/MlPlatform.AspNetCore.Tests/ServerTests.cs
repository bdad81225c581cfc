using System.Data.Common;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using MlPlatform.Core;

namespace MlPlatform.AspNetCore.Tests;

public sealed class ServerTests
{
    [Fact]
    public async Task A_server_says_what_clients_ask_it_about_itself()
    {
        await using var host = await WebHost.StartAsync();
        Assert.Equal("OK", (await host.SendAsync("GET", "/health")).Text);
        var version = await host.SendAsync("GET", "/version");
        Assert.Equal(("3.5.0", "text/plain; charset=utf-8"), (version.Text, version.Headers["Content-Type"]));
        foreach (var root in new[] { "/api/2.0", "/ajax-api/2.0", "/api/3.0", "/ajax-api/3.0" })
        {
            var info = await host.SendAsync("GET", root + "/mlflow/server-info");
            Assert.Equal("""{"store_type":"SqlStore","workspaces_enabled":false}""", info.Text);
            Assert.Equal(200, info.Status);
        }
    }

    [Fact]
    public async Task Health_is_503_when_the_database_cannot_be_used()
    {
        await using var host = await WebHost.StartAsync(services: s =>
        {
            var real = s.Last(d => d.ServiceType == typeof(IMetadataDatabase) && !d.IsKeyedService);
            s.RemoveAll<IMetadataDatabase>();
            s.AddSingleton<IMetadataDatabase>(p => new BrokenDatabase(((IMetadataDatabase)real.ImplementationFactory!(p)).Dialect));
            s.RemoveAll<IPlatformService>();
        });
        var reply = await host.SendAsync("GET", "/health");
        Assert.Equal(503, reply.Status);
        Assert.DoesNotContain("secret", reply.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AllowedHosts", "https://a", "without scheme")]
    [InlineData("AllowedHosts", "a:80", "without scheme")]
    [InlineData("AllowedOrigins", "portal.example.com", "'https://name'")]
    [InlineData("AllowedOrigins", "https://portal.example.com/", "no path")]
    [InlineData("MaxRequestBytes", "10", "1 KiB")]
    [InlineData("MaxArtifactBytes", "10", "1 MiB")]
    [InlineData("TeamClaim", "", "name a claim")]
    public async Task A_bad_option_is_an_error_at_start_that_names_its_configuration_path(string option, string value, string reason)
    {
        var error = await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(() =>
            WebHost.StartAsync(o =>
            {
                switch (option)
                {
                    case "AllowedHosts":
                        o.AllowedHosts.Add(value);
                        break;
                    case "AllowedOrigins":
                        o.AllowedOrigins.Add(value);
                        break;
                    case "MaxRequestBytes":
                        o.MaxRequestBytes = 10;
                        break;
                    case "MaxArtifactBytes":
                        o.MaxArtifactBytes = 10;
                        break;
                    default:
                        o.TeamClaim = value;
                        break;
                }
            })
        );
        Assert.Contains($"MlPlatform:AspNetCore:{option} is ", error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_come_from_configuration_and_no_key_of_theirs_counts_as_unread()
    {
        await using var host = await WebHost.StartAsync(
            settings:
            [
                ("MlPlatform:AspNetCore:AllowedHosts:0", "127.0.0.1"),
                ("MlPlatform:AspNetCore:AllowedOrigins:0", "https://portal.example.com"),
                ("MlPlatform:AspNetCore:MaxRequestBytes", "2048"),
            ]
        );
        Assert.Equal(403, (await host.SendAsync("GET", "/version", null, "Host: localhost")).Status);
        Assert.Equal(200, (await host.SendAsync("GET", "/version", null, "Host: 127.0.0.1", "Origin: https://portal.example.com")).Status);
        Assert.Equal(2048, host.Get<Microsoft.Extensions.Options.IOptions<AspNetCoreOptions>>().Value.MaxRequestBytes);
        Assert.DoesNotContain(host.Logs, l => l.Message.Contains("nothing reads it", StringComparison.Ordinal));
    }

    private sealed class BrokenDatabase(SqlDialect dialect) : IMetadataDatabase
    {
        public string Name => DatabaseNames.Metadata;

        public SqlDialect Dialect => dialect;

        public Task<T> WriteAsync<T>(
            Durability durability,
            Func<IUnitOfWork, Task<T>> body,
            CancellationToken cancellationToken = default
        ) => throw Failure();

        public Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> body, CancellationToken cancellationToken = default) => throw Failure();

        public Task MigrateAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

        private static IOException Failure() => new("secret path");
    }
}
