using CsCheck;
using MlPlatform.Core;
using MlPlatform.Testing;
using Xunit;

namespace MlPlatform.Conformance;

/// <summary>What every <see cref="IArtifactStore"/> must do. A provider derives this class and says how to make an empty store.</summary>
public abstract class ArtifactStoreConformanceTests
{
    /// <summary>Makes an empty store on the given work clock.</summary>
    protected abstract Task<IArtifactStore> CreateAsync(TimeProvider work);

    /// <summary>Damages the stored bytes of an artifact; false when the provider gives no way to do it.</summary>
    protected abstract Task<bool> CorruptAsync(IArtifactStore store, ArtifactDigest digest);

    /// <summary>Bytes come back as they were stored, under their digest.</summary>
    [Fact]
    public async Task Store_returns_the_bytes_it_was_given()
    {
        var store = await CreateAsync(TimeProvider.System);
        foreach (var size in new[] { 0, 1, 81_919, 81_920, 81_921, 1_000_000 })
        {
            var bytes = Bytes(size, seed: size);
            var info = await store.PutBytesAsync(bytes, TestContext.Current.CancellationToken);
            Assert.Equal(ArtifactDigest.Of(bytes), info.Digest);
            Assert.Equal(size, info.Size);
            Assert.Equal(bytes, await store.ReadBytesAsync(info.Digest, cancellationToken: TestContext.Current.CancellationToken));
        }
    }

    /// <summary>Storing the same bytes twice keeps one artifact and makes it young again.</summary>
    [Fact]
    public async Task Store_keeps_one_copy_of_equal_bytes_and_renews_its_age()
    {
        var clock = new ManualTimeProvider(new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var store = await CreateAsync(clock);
        var first = await store.PutBytesAsync(new byte[] { 1, 2, 3 }, TestContext.Current.CancellationToken);
        clock.Advance(TimeSpan.FromHours(1));
        var second = await store.PutBytesAsync(new byte[] { 1, 2, 3 }, TestContext.Current.CancellationToken);
        Assert.Equal(first.Digest, second.Digest);
        var listed = Assert.Single(await ListAsync(store));
        Assert.Equal(clock.GetUtcNow(), listed.StoredAt);
    }

    /// <summary>A missing artifact is said to be missing, by every way of asking.</summary>
    [Fact]
    public async Task Missing_artifact_is_reported()
    {
        var store = await CreateAsync(TimeProvider.System);
        var missing = ArtifactDigest.Of([9, 9, 9]);
        Assert.Null(await store.FindAsync(missing, TestContext.Current.CancellationToken));
        var thrown = await Assert.ThrowsAsync<ArtifactNotFoundException>(() =>
            store.OpenReadAsync(missing, TestContext.Current.CancellationToken)
        );
        Assert.Equal(missing, thrown.Digest);
        Assert.False(await store.DeleteAsync(missing, DateTimeOffset.MaxValue, TestContext.Current.CancellationToken));
    }

    /// <summary>A write that fails half-way leaves nothing that can be read or listed.</summary>
    [Fact]
    public async Task Interrupted_write_leaves_nothing_visible()
    {
        var store = await CreateAsync(TimeProvider.System);
        using var broken = new BreakingStream(Bytes(200_000, 1), breakAfter: 100_000);
        await Assert.ThrowsAsync<InjectedFaultException>(() => store.PutAsync(broken, TestContext.Current.CancellationToken));
        Assert.Empty(await ListAsync(store));
    }

    /// <summary>A cancelled write leaves nothing either.</summary>
    [Fact]
    public async Task Cancelled_write_leaves_nothing_visible()
    {
        var store = await CreateAsync(TimeProvider.System);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            store.PutBytesAsync(Bytes(10, 1), new CancellationToken(canceled: true))
        );
        Assert.Empty(await ListAsync(store));
    }

    /// <summary>Changed bytes are never handed out as good.</summary>
    [Fact]
    public async Task Corrupt_bytes_are_refused_when_read()
    {
        var store = await CreateAsync(TimeProvider.System);
        var info = await store.PutBytesAsync(Bytes(100_000, 2), TestContext.Current.CancellationToken);
        Assert.SkipUnless(await CorruptAsync(store, info.Digest), "This provider's storage refuses to be damaged from outside.");
        var thrown = await Assert.ThrowsAsync<ArtifactCorruptException>(() =>
            store.ReadBytesAsync(info.Digest, cancellationToken: TestContext.Current.CancellationToken)
        );
        Assert.Equal(info.Digest, thrown.Expected);
    }

    /// <summary>The sweep's delete spares what was stored again after its cut-off.</summary>
    [Fact]
    public async Task Delete_spares_an_artifact_stored_again_since()
    {
        var clock = new ManualTimeProvider(new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var store = await CreateAsync(clock);
        var info = await store.PutBytesAsync(new byte[] { 7 }, TestContext.Current.CancellationToken);
        clock.Advance(TimeSpan.FromHours(2));
        var cutoff = clock.GetUtcNow();
        clock.Advance(TimeSpan.FromHours(1));
        await store.PutBytesAsync(new byte[] { 7 }, TestContext.Current.CancellationToken);
        Assert.False(await store.DeleteAsync(info.Digest, cutoff, TestContext.Current.CancellationToken));
        Assert.NotNull(await store.FindAsync(info.Digest, TestContext.Current.CancellationToken));
        Assert.True(await store.DeleteAsync(info.Digest, clock.GetUtcNow(), TestContext.Current.CancellationToken));
        Assert.Null(await store.FindAsync(info.Digest, TestContext.Current.CancellationToken));
    }

    /// <summary>Many writers of few contents, with sweeps between: whoever has just stored bytes can read them.</summary>
    [Fact]
    public async Task Concurrent_stores_of_equal_bytes_all_succeed()
    {
        var store = await CreateAsync(TimeProvider.System);
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 64),
            TestContext.Current.CancellationToken,
            async (i, cancellationToken) =>
            {
                var bytes = Bytes(1000, seed: i % 4);
                var info = await store.PutBytesAsync(bytes, cancellationToken);
                Assert.Equal(bytes, await store.ReadBytesAsync(info.Digest, cancellationToken: cancellationToken));
            }
        );
        Assert.Equal(4, (await ListAsync(store)).Count);
    }

    /// <summary>Random sequences of operations end as in the in-memory model.</summary>
    [Fact]
    public void Random_operations_agree_with_the_model() =>
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 5])
            .Array[1, 30]
            .Sample(
                operations =>
                {
                    var clock = new ManualTimeProvider(new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
                    var model = new InMemoryArtifactStore(clock);
                    var store = CreateAsync(clock).GetAwaiter().GetResult();
                    foreach (var (operation, content) in operations)
                    {
                        clock.Advance(TimeSpan.FromMinutes(1));
                        var expected = Apply(model, operation, content, clock).GetAwaiter().GetResult();
                        Assert.Equal(expected, Apply(store, operation, content, clock).GetAwaiter().GetResult());
                    }

                    Assert.Equal(Sorted(model), Sorted(store));
                },
                iter: 30
            );

    private static async Task<string> Apply(IArtifactStore store, int operation, int content, ManualTimeProvider clock)
    {
        var bytes = Bytes(content * 10, content);
        var digest = ArtifactDigest.Of(bytes);
        return operation switch
        {
            0 => (await store.PutBytesAsync(bytes)).ToString(),
            1 => (await store.FindAsync(digest))?.ToString() ?? "none",
            _ => (await store.DeleteAsync(digest, clock.GetUtcNow() - TimeSpan.FromMinutes(3))).ToString(),
        };
    }

    private static IEnumerable<ArtifactInfo> Sorted(IArtifactStore store) =>
        ListAsync(store).GetAwaiter().GetResult().OrderBy(i => i.Digest.Hex, StringComparer.Ordinal);

    private static async Task<List<ArtifactInfo>> ListAsync(IArtifactStore store)
    {
        var list = new List<ArtifactInfo>();
        await foreach (var info in store.ListAsync())
        {
            list.Add(info);
        }

        return list;
    }

    private static byte[] Bytes(int size, int seed)
    {
        var bytes = new byte[size];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
