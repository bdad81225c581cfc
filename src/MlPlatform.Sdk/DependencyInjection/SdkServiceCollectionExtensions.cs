using Microsoft.Extensions.DependencyInjection.Extensions;
using MlPlatform.Core;
using MlPlatform.Features;
using MlPlatform.Registry;
using MlPlatform.Sdk;
using MlPlatform.Sdk.Internal;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the platform.</summary>
public static class SdkServiceCollectionExtensions
{
    /// <summary>Adds the platform, complete and embedded: SQLite and files in the data directory, nothing to install.</summary>
    /// <remarks>
    /// Safe to repeat. A database or an offline engine chosen before, for example with <c>UseSqlite</c>, is kept. Options come from configuration section
    /// <c>MlPlatform</c> when there is configuration; the callback runs after.
    /// </remarks>
    public static IMlPlatformBuilder AddMlPlatform(this IServiceCollection services, Action<MlPlatformOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var builder = services.AddMlPlatformCore(configure);
        if (!services.Any(d => d.ServiceType == typeof(IMetadataDatabase) && !d.IsKeyedService))
        {
            builder.UseSqlite();
        }

        if (!services.Any(d => d.ServiceType == typeof(IOfflineEngine)))
        {
            builder.UseDuckDb();
        }

        if (!services.Any(d => d.ServiceType == typeof(ISourceRevision)))
        {
            builder.UseGit();
        }

        builder.AddRegistry().AddFeatures().AddPipelines().AddServing().AddMonitoring();
        services.TryAddSingleton<ChampionJudge>();
        services.TryAddSingleton<Deployer>();
        services.TryAddSingleton<IMlPlatform, PlatformRoot>();
        return builder;
    }
}
