using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using MlPlatform.Core;

namespace MlPlatform.Registry.Tests;

/// <summary>A platform with the registry on SQLite in a folder of its own, on fake clocks.</summary>
internal sealed class RegistryHost : IAsyncDisposable
{
    private readonly string directory;
    private readonly bool ownsDirectory;
    private readonly ServiceProvider services;

    public RegistryHost(Action<RegistryOptions>? configure = null, RegistryHost? replicaOf = null, Action<IMlPlatformBuilder>? more = null)
    {
        ownsDirectory = replicaOf is null;
        directory = replicaOf?.directory ?? Directory.CreateTempSubdirectory("mlp-registry-").FullName;
        var collection = new ServiceCollection();
        collection.AddSingleton<TimeProvider>(Time);
        collection.AddKeyedSingleton<TimeProvider>(Clocks.WorkKey, Work);
        var builder = collection
            .AddMlPlatformCore(o => o.DataDirectory = directory)
            .UseTestDatabase(directory)
            .AddRegistry()
            .AddRegistry(configure);
        more?.Invoke(builder);
        services = collection.BuildServiceProvider();
    }

    public FakeTimeProvider Time { get; } = new(new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public FakeTimeProvider Work { get; } = new(new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero));

    public IModelRegistry Models => Get<IModelRegistry>();

    public IModelSource Source => Get<IModelSource>();

    public IMetadataDatabase Database => Get<IMetadataDatabase>();

    public string ArtifactDirectory => directory;

    public T Get<T>()
        where T : notnull => services.GetRequiredService<T>();

    public async Task<IReadOnlyList<EventRecord>> EventsAsync(params string[] types) =>
        await services.ReadSettledAsync(new() { Types = types.Length == 0 ? null : types }, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        if (ownsDirectory)
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
