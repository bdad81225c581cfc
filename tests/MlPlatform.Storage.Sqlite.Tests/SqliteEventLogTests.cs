using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Conformance;

namespace MlPlatform.Storage.Sqlite.Tests;

public sealed class SqliteEventLogTests : EventLogConformanceTests, IDisposable
{
    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    protected override Task<ServiceProvider> CreateAsync(Action<IServiceCollection> configure) =>
        Task.FromResult(SqliteServices.Create(directory.Path, configure));
}
