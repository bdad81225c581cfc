using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using MlPlatform.Core;
using MlPlatform.Serving.Internal;
using MlPlatform.Testing;

namespace MlPlatform.Serving.Tests;

/// <summary>One process of the platform with Serving, on SQLite; several may share a directory.</summary>
internal sealed class ServingHost : IAsyncDisposable
{
    private readonly bool ownsDirectory;
    private readonly ServiceProvider services;

    public ServingHost(Action<IMlPlatformBuilder>? configure = null, ServingHost? replicaOf = null, TimeProvider? work = null)
    {
        ownsDirectory = replicaOf is null;
        Directory = replicaOf?.Directory ?? System.IO.Directory.CreateTempSubdirectory("mlp-serving-").FullName;
        Packages = replicaOf?.Packages ?? new();
        Clock = replicaOf?.Clock ?? new(new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var collection = new ServiceCollection();
        collection.AddSingleton<TimeProvider>(Clock);
        collection.AddKeyedSingleton(Clocks.WorkKey, work ?? new FakeTimeProvider(new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero)));
        collection.AddSingleton<IFaultPoints>(Faults);
        collection.AddSingleton(Packages);
        collection.AddSingleton<InMemoryModels>();
        collection.AddSingleton<IModelSource>(s => s.GetRequiredService<InMemoryModels>());
        collection.AddSingleton<IModelPromotion>(s => s.GetRequiredService<InMemoryModels>());
        var builder = collection.AddMlPlatformCore(o => o.DataDirectory = Directory).UseTestDatabase(Directory).AddServing();
        configure?.Invoke(builder);
        services = collection.BuildServiceProvider();
    }

    public string Directory { get; }

    public ModelPackages Packages { get; }

    public ManualTimeProvider Clock { get; }

    public FaultInjector Faults { get; } = new();

    public InMemoryModels Models => Get<InMemoryModels>();

    public IModelServer Server => Get<IModelServer>();

    public ModelHost Host => Get<ModelServer>().Find("m")!;

    public T Get<T>()
        where T : notnull => services.GetRequiredService<T>();

    public IPredictor<TIn, TOut> Predictor<TIn, TOut>(string? reference = null)
        where TIn : notnull =>
        reference is null ? Get<IPredictor<TIn, TOut>>() : services.GetRequiredKeyedService<IPredictor<TIn, TOut>>(reference);

    public async Task<IReadOnlyList<EventRecord>> EventsAsync(params string[] types) =>
        await services.ReadSettledAsync(new() { Types = types }, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        if (ownsDirectory)
        {
            SqliteConnection.ClearAllPools();
            System.IO.Directory.Delete(Directory, recursive: true);
        }
    }
}
