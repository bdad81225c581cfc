using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Core;

namespace Docs.Tests.Snippets;

/// <summary>What a snippet registered, started in a temporary directory.</summary>
internal sealed class RunningPlatform : IAsyncDisposable
{
    private readonly string directory;
    private readonly ServiceProvider provider;

    private RunningPlatform(string directory, ServiceProvider provider) => (this.directory, this.provider) = (directory, provider);

    public static async Task<RunningPlatform> StartAsync(IServiceCollection services)
    {
        var directory = Directory.CreateTempSubdirectory("mlplatform-docs-").FullName;
        services.PostConfigure<MlPlatformOptions>(o => o.DataDirectory = directory);
        var running = new RunningPlatform(directory, services.BuildServiceProvider());
        await running.Get<IPlatformLifetime>().StartAsync(TestContext.Current.CancellationToken);
        return running;
    }

    public T Get<T>()
        where T : notnull => provider.GetRequiredService<T>();

    public async ValueTask DisposeAsync()
    {
        await Get<IPlatformLifetime>().StopAsync();
        await provider.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }
}
