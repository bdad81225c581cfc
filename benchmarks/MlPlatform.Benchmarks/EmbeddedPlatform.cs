using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Core;
using MlPlatform.Sdk;

namespace MlPlatform.Benchmarks;

/// <summary>The platform on SQLite and files in a folder that goes with it.</summary>
internal sealed class EmbeddedPlatform : IDisposable
{
    private readonly ServiceProvider services;

    public EmbeddedPlatform(Action<IMlPlatformBuilder>? configure = null)
    {
        Directory = System.IO.Directory.CreateTempSubdirectory("mlplatform-benchmark-").FullName;
        var collection = new ServiceCollection();
        var builder = collection.AddMlPlatform(o => o.DataDirectory = Directory);
        configure?.Invoke(builder);
        services = collection.BuildServiceProvider();
    }

    public string Directory { get; }

    public IMlPlatform Root => Get<IMlPlatform>();

    public T Get<T>()
        where T : notnull => services.GetRequiredService<T>();

    public void Dispose()
    {
        services.DisposeAsync().AsTask().GetAwaiter().GetResult();
        System.IO.Directory.Delete(Directory, recursive: true);
    }
}
