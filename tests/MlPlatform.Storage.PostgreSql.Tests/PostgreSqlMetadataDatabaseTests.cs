using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Conformance;

namespace MlPlatform.Storage.PostgreSql.Tests;

public sealed class PostgreSqlMetadataDatabaseTests : MetadataDatabaseConformanceTests, IDisposable
{
    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    protected override Task<ServiceProvider> CreateAsync(Action<IServiceCollection> configure)
    {
        Assert.SkipWhen(TestPostgreSql.SkipReason is not null, TestPostgreSql.SkipReason ?? string.Empty);
        return Task.FromResult(PostgreSqlServices.Create(directory.Path, configure));
    }

    protected override Task<ServiceProvider> JoinAsync(ServiceProvider first, Action<IServiceCollection> configure) =>
        CreateAsync(configure);
}
