using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Core;

namespace MlPlatform.Registry.Mlflow.Tests;

/// <summary>A platform whose registry is an MLflow server.</summary>
internal sealed class MlflowPlatform : IAsyncDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("mlp-mlflow-").FullName;
    private readonly ServiceProvider services;

    public MlflowPlatform(string address, Action<MlflowOptions>? configure = null)
    {
        var collection = new ServiceCollection();
        collection
            .AddMlPlatformCore(o => (o.DataDirectory, o.RunRecurringWork) = (directory, false))
            .UseTestDatabase(directory)
            .UseMlflow(
                address,
                o =>
                {
                    (o.RetryDelay, o.PollInterval) = (TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(10));
                    configure?.Invoke(o);
                }
            );
        services = collection.BuildServiceProvider();
    }

    public IExperimentTracker Tracker => Get<IExperimentTracker>();

    public IModelRegistry Registry => Get<IModelRegistry>();

    public IModelSource Models => Get<IModelSource>();

    public T Get<T>()
        where T : notnull => services.GetRequiredService<T>();

    /// <summary>The events, of some types or of all, oldest first.</summary>
    public async Task<IReadOnlyList<EventRecord>> EventsAsync(params string[] types) =>
        await services.ReadSettledAsync(new() { Types = types.Length == 0 ? null : types }, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }
}
