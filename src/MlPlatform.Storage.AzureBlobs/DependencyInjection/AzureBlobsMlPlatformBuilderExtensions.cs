using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using MlPlatform.Core;
using MlPlatform.Storage.AzureBlobs;
using MlPlatform.Storage.AzureBlobs.Internal;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Chooses Azure Blob Storage as the artifact store.</summary>
public static class AzureBlobsMlPlatformBuilderExtensions
{
    /// <summary>Keeps artifacts in one container of an Azure storage account. The last artifact store chosen wins.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="connection">
    /// A connection string, or the address of the blob service; null takes it from configuration: <c>ConnectionStrings:MlPlatformArtifacts</c>.
    /// </param>
    /// <param name="configure">Runs after configuration section <c>MlPlatform:Storage:AzureBlobs</c> is bound.</param>
    public static IMlPlatformBuilder UseAzureBlobs(
        this IMlPlatformBuilder builder,
        string? connection = null,
        Action<AzureBlobsOptions>? configure = null
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddPlatformOptions<AzureBlobsOptions, AzureBlobsOptionsValidator>(AzureBlobsOptions.Section, configure);
        if (connection is not null)
        {
            builder.Services.Configure<AzureBlobsOptions>(o => o.Connection = connection);
        }

        builder.Services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IPostConfigureOptions<AzureBlobsOptions>, ConnectionFromConfiguration>()
        );
        builder.Services.RemoveAll<IArtifactStore>();
        builder.Services.AddSingleton<IArtifactStore>(s => new AzureBlobArtifactStore(
            s.GetRequiredService<IOptions<AzureBlobsOptions>>().Value,
            s.GetRequiredService<PlatformDirectories>(),
            s.GetRequiredService<Clocks>(),
            s.GetRequiredService<IFaultPoints>()
        ));
        return builder;
    }
}
