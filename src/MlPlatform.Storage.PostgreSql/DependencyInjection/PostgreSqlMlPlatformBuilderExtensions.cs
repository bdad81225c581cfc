using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlPlatform.Core;
using MlPlatform.Storage.PostgreSql;
using MlPlatform.Storage.PostgreSql.Internal;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Chooses PostgreSQL as the metadata database.</summary>
public static class PostgreSqlMlPlatformBuilderExtensions
{
    /// <summary>Keeps metadata and online feature rows in one schema of a PostgreSQL database. The last database chosen wins.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="connectionString">The driver's connection string; null takes it from configuration: <c>ConnectionStrings:MlPlatform</c>.</param>
    /// <param name="configure">Runs after configuration section <c>MlPlatform:Storage:PostgreSql</c> is bound.</param>
    public static IMlPlatformBuilder UsePostgreSql(
        this IMlPlatformBuilder builder,
        string? connectionString = null,
        Action<PostgreSqlOptions>? configure = null
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddPlatformOptions<PostgreSqlOptions, PostgreSqlOptionsValidator>(PostgreSqlOptions.Section, configure);
        if (connectionString is not null)
        {
            builder.Services.Configure<PostgreSqlOptions>(o => o.ConnectionString = connectionString);
        }

        builder.Services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IPostConfigureOptions<PostgreSqlOptions>, ConnectionFromConfiguration>()
        );
        builder.Services.Replace(ServiceDescriptor.Singleton<IMetadataDatabase>(s => Create(s, DatabaseNames.Metadata)));
        builder.Services.RemoveAllKeyed<IMetadataDatabase>(DatabaseNames.Online);
        builder.Services.AddKeyedSingleton<IMetadataDatabase>(DatabaseNames.Online, (s, _) => Create(s, DatabaseNames.Online));
        return builder;
    }

    private static PostgreSqlMetadataDatabase Create(IServiceProvider services, string name) =>
        new(
            name,
            services.GetRequiredService<IOptions<PostgreSqlOptions>>().Value,
            services.GetServices<MigrationSet>(),
            services.GetRequiredService<UnitOfWorkFactory>(),
            services.GetRequiredService<IChangeFeed>(),
            services.GetRequiredService<IFaultPoints>(),
            services.GetRequiredService<Clocks>(),
            services.GetRequiredService<ILogger<PostgreSqlMetadataDatabase>>()
        );
}
