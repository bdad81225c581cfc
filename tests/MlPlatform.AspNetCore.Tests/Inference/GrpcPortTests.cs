using System.Net;
using System.Net.Sockets;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using MlPlatform.AspNetCore.Internal;
using MlPlatform.Core;

namespace MlPlatform.AspNetCore.Tests;

public sealed class GrpcPortTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_port_of_the_settings_answers_gRPC_beside_the_addresses_for_http()
    {
        var directory = Directory.CreateTempSubdirectory("mlp-grpc-").FullName;
        try
        {
            var (http, grpc) = (FreePort(), FreePort());
            var builder = Create($"http://127.0.0.1:{http}", $"{grpc}");
            builder.Logging.ClearProviders().AddFakeLogging();
            builder.Services.AddMlPlatformCore(o => o.DataDirectory = directory).UseSqlite().AddServing().AddAspNetCore();
            ScriptedModels.AddTo(builder.Services);
            await using var app = builder.UseMlPlatformGrpc().Build();
            app.MapMlPlatform();
            await app.StartAsync(Token);
            using (var client = new HttpClient())
            {
                Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(new Uri($"http://127.0.0.1:{http}/v2"), Token)).StatusCode);
            }

            using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{grpc}");
            var answer = channel.CreateCallInvoker().AsyncUnaryCall(GrpcMethods.ServerLive, null, default, new());
            Assert.True((await answer).Live);
            var logs = app.Services.GetRequiredService<FakeLogCollector>().GetSnapshot();
            Assert.DoesNotContain(logs, l => l.Message.Contains("GrpcPort", StringComparison.Ordinal)); // As a key that nobody reads.
            await app.StopAsync(Token);
        }
        finally
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            Directory.Delete(directory, recursive: true);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0")]
    public void Without_a_port_nothing_changes(string? port) =>
        Assert.Equal("http://127.0.0.1:5000", Create("http://127.0.0.1:5000", port).UseMlPlatformGrpc().WebHost.GetSetting("urls"));

    [Theory]
    [InlineData("x", "it is a port from 1 to 65535")]
    [InlineData("-1", "it is a port from 1 to 65535")]
    [InlineData("65536", "it is a port from 1 to 65535")]
    [InlineData("5000", "needs a port of its own")]
    public void A_port_that_cannot_be_is_told(string port, string says)
    {
        var error = Assert.Throws<MlPlatformException>(() => Create("http://127.0.0.1:5000", port).UseMlPlatformGrpc());
        Assert.Contains(
            $"MlPlatform:Serving:GrpcPort is {(says.StartsWith("it", StringComparison.Ordinal) ? $"'{port}'" : port)}",
            error.Message,
            StringComparison.Ordinal
        );
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    private static WebApplicationBuilder Create(string urls, string? port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection([new("MlPlatform:Serving:GrpcPort", port)]);
        builder.WebHost.UseUrls(urls);
        return builder;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
