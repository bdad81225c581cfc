using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace MlPlatform.Storage.PostgreSql.Internal;

/// <summary>Takes the connection string from where hosts keep such things, unless one was given.</summary>
internal sealed class ConnectionFromConfiguration(IConfiguration? configuration = null) : IPostConfigureOptions<PostgreSqlOptions>
{
    public void PostConfigure(string? name, PostgreSqlOptions options) =>
        options.ConnectionString ??= configuration?.GetConnectionString(PostgreSqlConnections.ConnectionName);
}
