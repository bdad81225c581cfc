using Microsoft.Extensions.DependencyInjection;

namespace MlPlatform.Storage.Sqlite.Tests;

internal static class SqliteServices
{
    public static ServiceProvider Create(
        string directory,
        Action<IServiceCollection>? configure = null,
        Action<SqliteOptions>? options = null
    )
    {
        var services = new ServiceCollection();
        configure?.Invoke(services);
        services.AddMlPlatformCore(o => o.DataDirectory = directory).UseSqlite(options);
        return services.BuildServiceProvider();
    }
}
