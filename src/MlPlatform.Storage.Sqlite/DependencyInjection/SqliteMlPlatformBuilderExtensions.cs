using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using MlPlatform.Core;
using MlPlatform.Storage.Sqlite;
using MlPlatform.Storage.Sqlite.Internal;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Chooses SQLite as the metadata database.</summary>
public static class SqliteMlPlatformBuilderExtensions
{
    /// <summary>Keeps metadata in <c>metadata.db</c> and online feature rows in <c>online.db</c>, in the data directory. The last database chosen wins.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Runs after configuration section <c>MlPlatform:Storage:Sqlite</c> is bound.</param>
    public static IMlPlatformBuilder UseSqlite(this IMlPlatformBuilder builder, Action<SqliteOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddPlatformOptions<SqliteOptions, SqliteOptionsValidator>(SqliteOptions.Section, configure);
        builder.Services.Replace(ServiceDescriptor.Singleton<IMetadataDatabase>(s => Create(s, DatabaseNames.Metadata)));
        builder.Services.RemoveAllKeyed<IMetadataDatabase>(DatabaseNames.Online);
        builder.Services.AddKeyedSingleton<IMetadataDatabase>(DatabaseNames.Online, (s, _) => Create(s, DatabaseNames.Online));
        return builder;
    }

    private static SqliteMetadataDatabase Create(IServiceProvider services, string name)
    {
        var options = services.GetRequiredService<IOptions<SqliteOptions>>().Value;
        var directories = services.GetRequiredService<PlatformDirectories>();
        var directory = options.Directory is null ? directories.Get(".") : Directory.CreateDirectory(options.Directory).FullName;
        return new(
            name,
            directory,
            options,
            services.GetServices<MigrationSet>(),
            services.GetRequiredService<UnitOfWorkFactory>(),
            services.GetRequiredService<IChangeFeed>(),
            services.GetRequiredService<IFaultPoints>(),
            services.GetRequiredService<Clocks>()
        );
    }
}
