using Dapper;
using Microsoft.Extensions.Options;

namespace MlPlatform.Core.Internal;

internal sealed class ArtifactGarbageCollector(
    IArtifactStore store,
    IMetadataDatabase database,
    ILeases leases,
    Clocks clocks,
    IOptions<MlPlatformOptions> options
) : IArtifactGarbageCollector
{
    private static readonly TimeSpan LeaseTime = TimeSpan.FromMinutes(5);

    public async Task<GarbageCollectionResult> CollectAsync(TimeSpan? minimumAge = null, CancellationToken cancellationToken = default)
    {
        var age = minimumAge ?? options.Value.ArtifactMinimumAge;
        ArgumentOutOfRangeException.ThrowIfLessThan(age, TimeSpan.Zero, nameof(minimumAge));
        await using var lease = await leases.TryAcquireAsync("core.artifactGarbage", LeaseTime, cancellationToken).ConfigureAwait(false);
        if (lease is null)
        {
            return new(0, 0, 0, 0, Skipped: true);
        }

        var cutoff = clocks.Work.GetUtcNow() - age;
        var old = new List<ArtifactInfo>();
        var kept = 0;
        await foreach (var artifact in store.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            if (artifact.StoredAt <= cutoff)
            {
                old.Add(artifact);
            }
            else
            {
                kept++;
            }
        }

        // Read after the listing: a reference that comes later follows a store call, which makes the artifact young again.
        var referenced = await ReadReferencesAsync(cancellationToken).ConfigureAwait(false);
        var (deleted, bytes) = (0, 0L);
        foreach (var artifact in old)
        {
            if (referenced.Contains(artifact.Digest.ToString()))
            {
                kept++;
            }
            else if (await store.DeleteAsync(artifact.Digest, cutoff, cancellationToken).ConfigureAwait(false))
            {
                deleted++;
                bytes += artifact.Size;
                CoreDiagnostics.ArtifactBytesSwept.Add(artifact.Size);
                if (deleted % 1000 == 0)
                {
                    await lease.RenewAsync(cancellationToken).ConfigureAwait(false);
                }
            }
        }

        var incomplete = await store.DeleteIncompleteAsync(cutoff, cancellationToken).ConfigureAwait(false);
        return new(kept, deleted, bytes, incomplete);
    }

    private Task<HashSet<string>> ReadReferencesAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(
            async connection =>
                (await connection.QueryAsync<string>("SELECT DISTINCT digest FROM core_artifact_ref").ConfigureAwait(false)).ToHashSet(
                    StringComparer.Ordinal
                ),
            cancellationToken
        );
}
