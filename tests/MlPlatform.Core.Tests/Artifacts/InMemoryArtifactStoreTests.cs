using MlPlatform.Conformance;
using MlPlatform.Testing;

namespace MlPlatform.Core.Tests;

/// <summary>The fake that users test with behaves as the stores do.</summary>
public sealed class InMemoryArtifactStoreTests : ArtifactStoreConformanceTests
{
    protected override Task<IArtifactStore> CreateAsync(TimeProvider work) =>
        Task.FromResult<IArtifactStore>(new InMemoryArtifactStore(work));

    protected override Task<bool> CorruptAsync(IArtifactStore store, ArtifactDigest digest) => Task.FromResult(false);
}
