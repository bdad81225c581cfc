using System.Security.Cryptography;
using MlPlatform.Core;

namespace MlPlatform.Storage.AzureBlobs.Internal;

/// <summary>
/// An artifact on its way up. Its name is its digest, known only at its end, so it is kept here until then: in memory when it fits one block, else in a
/// file. The service then gets it under its name, whole or not at all, and not at all when it has it.
/// </summary>
internal sealed class Draft : IDisposable
{
    private Draft(Stream content, ArtifactDigest digest, long size) => (Content, Digest, Size) = (content, digest, size);

    /// <summary>The bytes, from the beginning; can be read again when a request has to be repeated.</summary>
    public Stream Content { get; }

    public ArtifactDigest Digest { get; }

    public long Size { get; }

    public static async Task<Draft> ReadAsync(Stream source, string folder, int memory, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var first = new byte[Math.Min(memory, 81_920)];
        Stream content = new MemoryStream();
        try
        {
            int read;
            while ((read = await source.ReadAsync(first, cancellationToken).ConfigureAwait(false)) > 0)
            {
                if (content is MemoryStream held && held.Length + read > memory)
                {
                    content = OpenFile(folder);
                    held.Position = 0;
                    await held.CopyToAsync(content, cancellationToken).ConfigureAwait(false);
                    await held.DisposeAsync().ConfigureAwait(false);
                }

                hash.AppendData(first, 0, read);
                await content.WriteAsync(first.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            }

            var size = content.Length;
            content.Position = 0;
            return new(content, ArtifactDigest.FromHash(hash.GetHashAndReset()), size);
        }
        catch
        {
            await content.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public void Dispose() => Content.Dispose();

    private static FileStream OpenFile(string folder)
    {
        try
        {
            return new(
                Path.Combine(folder, Path.GetRandomFileName()),
                new FileStreamOptions
                {
                    Mode = FileMode.CreateNew,
                    Access = FileAccess.ReadWrite,
                    Share = FileShare.None,
                    Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous,
                }
            );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageUnavailableException(
                folder,
                $"a large artifact cannot be kept there until it is uploaded ({e.Message.TrimEnd('.')})",
                e
            );
        }
    }
}
