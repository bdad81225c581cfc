using System.Runtime.InteropServices;

namespace MlPlatform.Core;

/// <summary>Whole-content forms of <see cref="IArtifactStore"/>.</summary>
public static class ArtifactStoreExtensions
{
    /// <summary>Stores bytes held in memory.</summary>
    public static async Task<ArtifactInfo> PutBytesAsync(
        this IArtifactStore store,
        ReadOnlyMemory<byte> content,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(store);
        await using var stream = MemoryMarshal.TryGetArray(content, out var array)
            ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false) // A model may be large: no copy.
            : new MemoryStream(content.ToArray(), writable: false);
        return await store.PutAsync(stream, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads and verifies a whole artifact.</summary>
    /// <param name="store">The store.</param>
    /// <param name="digest">Which artifact.</param>
    /// <param name="maximumBytes">Refuse a larger one before allocating. Default: 2 GiB - 1.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <exception cref="ArtifactNotFoundException">No such artifact.</exception>
    /// <exception cref="ArtifactCorruptException">The bytes do not match the digest.</exception>
    /// <exception cref="MlPlatformException">The artifact is larger than allowed.</exception>
    public static async Task<byte[]> ReadBytesAsync(
        this IArtifactStore store,
        ArtifactDigest digest,
        long maximumBytes = int.MaxValue,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(store);
        var info = await store.FindAsync(digest, cancellationToken).ConfigureAwait(false) ?? throw new ArtifactNotFoundException(digest);
        if (info.Size > Math.Min(maximumBytes, Array.MaxLength))
        {
            throw new MlPlatformException($"Artifact {digest} has {info.Size} bytes; at most {maximumBytes} are allowed here.");
        }

        await using var stream = await store.OpenReadAsync(digest, cancellationToken).ConfigureAwait(false);
        using var buffer = new MemoryStream((int)info.Size);
        await stream.CopyToAsync(buffer, cancellationToken).ConfigureAwait(false);
        return buffer.ToArray();
    }
}
