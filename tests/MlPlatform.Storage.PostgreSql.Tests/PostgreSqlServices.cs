using Microsoft.Extensions.DependencyInjection;

namespace MlPlatform.Storage.PostgreSql.Tests;

internal static class PostgreSqlServices
{
    public static ServiceProvider Create(
        string directory,
        Action<IServiceCollection>? configure = null,
        Action<PostgreSqlOptions>? options = null
    )
    {
        var schema = TestPostgreSql.SchemaOf(directory);
        var services = new ServiceCollection();
        configure?.Invoke(services);
        services
            .AddMlPlatformCore(o => o.DataDirectory = directory)
            .UsePostgreSql(
                TestPostgreSql.Require(),
                o =>
                {
                    o.Schema = schema;
                    options?.Invoke(o);
                }
            );
        return services.BuildServiceProvider();
    }
}
