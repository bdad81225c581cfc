using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Conformance;

namespace MlPlatform.Core.Tests;

public sealed class FileArtifactStoreTests : ArtifactStoreConformanceTests, IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("mlplatform-").FullName;
    private int stores;

    public void Dispose() => Directory.Delete(root, recursive: true);

    protected override Task<IArtifactStore> CreateAsync(TimeProvider work)
    {
        var services = new ServiceCollection();
        services.AddKeyedSingleton(Clocks.WorkKey, work);
        services.AddMlPlatformCore(o => o.DataDirectory = Path.Combine(root, $"{stores++}"));
        return Task.FromResult(services.BuildServiceProvider().GetRequiredService<IArtifactStore>());
    }

    protected override async Task<bool> CorruptAsync(IArtifactStore store, ArtifactDigest digest)
    {
        var file = Directory.EnumerateFiles(root, digest.Hex, SearchOption.AllDirectories).Single();
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(file, bytes);
        return true;
    }
}
