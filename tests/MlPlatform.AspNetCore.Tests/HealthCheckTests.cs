using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using MlPlatform.Core;

namespace MlPlatform.AspNetCore.Tests;

public sealed class HealthCheckTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_platform_whose_stores_answer_is_healthy()
    {
        await using var host = await StartAsync(_ => { });

        using var response = await host.Client.GetAsync(new Uri("/ready", UriKind.Relative), Cancel);

        Assert.Equal((HttpStatusCode.OK, "Healthy"), (response.StatusCode, await response.Content.ReadAsStringAsync(Cancel)));
    }

    [Fact]
    public async Task The_store_that_does_not_answer_is_named()
    {
        await using var host = await StartAsync(s => s.Replace(ServiceDescriptor.Singleton<IArtifactStore, AwayArtifacts>()));

        using var response = await host.Client.GetAsync(new Uri("/ready", UriKind.Relative), Cancel);
        var report = await host.Get<HealthCheckService>().CheckHealthAsync(Cancel);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        var entry = report.Entries["mlplatform"];
        Assert.Equal("The artifact store does not answer: the disk is gone", entry.Description);
        Assert.IsType<IOException>(entry.Exception);
    }

    private static Task<WebHost> StartAsync(Action<IServiceCollection> configure) =>
        WebHost.StartAsync(
            services: s =>
            {
                s.AddHealthChecks().AddMlPlatform();
                configure(s);
            },
            middleware: app => app.MapHealthChecks("/ready")
        );

    private sealed class AwayArtifacts : IArtifactStore
    {
        public Task<ArtifactInfo> PutAsync(Stream content, CancellationToken cancellationToken = default) => throw Gone();

        public Task<Stream> OpenReadAsync(ArtifactDigest digest, CancellationToken cancellationToken = default) => throw Gone();

        public Task<ArtifactInfo?> FindAsync(ArtifactDigest digest, CancellationToken cancellationToken = default) => throw Gone();

        public IAsyncEnumerable<ArtifactInfo> ListAsync(CancellationToken cancellationToken = default) => throw Gone();

        public Task<bool> DeleteAsync(
            ArtifactDigest digest,
            DateTimeOffset notStoredSince,
            CancellationToken cancellationToken = default
        ) => throw Gone();

        public Task<int> DeleteIncompleteAsync(DateTimeOffset before, CancellationToken cancellationToken = default) => throw Gone();

        private static IOException Gone() => new("the disk is gone");
    }
}
