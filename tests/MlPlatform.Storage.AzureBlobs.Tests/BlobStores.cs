using Azure.Storage.Blobs;
using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Core;

namespace MlPlatform.Storage.AzureBlobs.Tests;

/// <summary>Stores in containers of their own, which go with them.</summary>
internal sealed class BlobStores : IAsyncDisposable
{
    private readonly List<ServiceProvider> providers = [];
    private readonly List<string> containers = [];
    private readonly string directory = Directory.CreateTempSubdirectory("mlp-blobs-").FullName;

    public string Drafts => Path.Combine(directory, "artifacts", "drafts");

    public IArtifactStore Create(
        TimeProvider? work = null,
        Action<AzureBlobsOptions>? configure = null,
        Action<IServiceCollection>? more = null,
        string? connection = null
    )
    {
        var name = $"test-{Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16))}";
        containers.Add(name);
        var services = new ServiceCollection();
        if (work is not null)
        {
            services.AddKeyedSingleton(Clocks.WorkKey, work);
        }

        more?.Invoke(services);
        services
            .AddMlPlatformCore(o => o.DataDirectory = directory)
            .UseAzureBlobs(
                connection ?? TestAzureBlobs.Require(),
                o =>
                {
                    o.Container = name;
                    o.RetryDelay = TimeSpan.FromMilliseconds(1);
                    configure?.Invoke(o);
                }
            );
        var provider = services.BuildServiceProvider();
        providers.Add(provider);
        return provider.GetRequiredService<IArtifactStore>();
    }

    /// <summary>The container of the store that was made last.</summary>
    public BlobContainerClient Container => new(TestAzureBlobs.Require(), containers[^1]);

    public async ValueTask DisposeAsync()
    {
        foreach (var provider in providers)
        {
            await provider.DisposeAsync();
        }

        foreach (var name in containers)
        {
            await new BlobContainerClient(TestAzureBlobs.Require(), name).DeleteIfExistsAsync();
        }

        Directory.Delete(directory, recursive: true);
    }
}
