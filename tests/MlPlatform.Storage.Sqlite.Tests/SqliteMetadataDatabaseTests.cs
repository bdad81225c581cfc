using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Conformance;

namespace MlPlatform.Storage.Sqlite.Tests;

public sealed class SqliteMetadataDatabaseTests : MetadataDatabaseConformanceTests, IDisposable
{
    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    protected override Task<ServiceProvider> CreateAsync(Action<IServiceCollection> configure) =>
        Task.FromResult(SqliteServices.Create(directory.Path, configure));

    protected override Task<ServiceProvider> JoinAsync(ServiceProvider first, Action<IServiceCollection> configure) =>
        CreateAsync(configure);
}
