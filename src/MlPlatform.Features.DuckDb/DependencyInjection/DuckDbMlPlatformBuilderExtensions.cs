using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using MlPlatform.Core;
using MlPlatform.Features;
using MlPlatform.Features.DuckDb;
using MlPlatform.Features.DuckDb.Internal;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Chooses DuckDB as the offline engine of the feature store.</summary>
public static class DuckDbMlPlatformBuilderExtensions
{
    /// <summary>Registers <see cref="DuckDbOfflineEngine"/> as <see cref="IOfflineEngine"/>. The last engine chosen wins; safe to repeat.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Runs after configuration section <c>MlPlatform:Features:DuckDb</c> is bound.</param>
    /// <remarks>What does not fit into memory goes to <c>duckdb</c> in the platform's data directory, unless the options name a folder.</remarks>
    public static IMlPlatformBuilder UseDuckDb(this IMlPlatformBuilder builder, Action<DuckDbOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddPlatformOptions<DuckDbOptions, DuckDbOptionsValidator>(DuckDbOptions.Section, configure);
        builder.Services.Replace(ServiceDescriptor.Singleton<IOfflineEngine>(Create));
        return builder;
    }

    private static DuckDbOfflineEngine Create(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<DuckDbOptions>>().Value;
        return new(
            new()
            {
                MemoryLimitBytes = options.MemoryLimitBytes,
                Threads = options.Threads,
                SpillDirectory = options.SpillDirectory ?? services.GetRequiredService<PlatformDirectories>().Get("duckdb"),
            }
        );
    }
}
