using MlPlatform.Core;

namespace MlPlatform.Features.Internal;

/// <summary>Parquet files on this machine: copies of artifacts, which an engine can read, and files that live for one call.</summary>
internal sealed class SegmentFiles(PlatformDirectories directories, IArtifactStore artifacts, IOfflineEngine engine)
{
    /// <summary>Writes columns into a file that becomes an artifact.</summary>
    public async Task<ArtifactDigest> StoreAsync(IReadOnlyList<FeatureColumn> columns, int rows, CancellationToken cancellationToken)
    {
        using var file = await WriteTemporaryAsync(columns, rows, cancellationToken).ConfigureAwait(false);
        ArtifactInfo info;
        await using (var stream = File.OpenRead(file.Path))
        {
            info = await artifacts.PutAsync(stream, cancellationToken).ConfigureAwait(false);
        }

        File.Move(file.Path, PathOf(info.Digest), overwrite: true);
        return info.Digest;
    }

    /// <summary>The path of an artifact's copy, fetched and verified when this machine has none.</summary>
    public async Task<string> GetAsync(ArtifactDigest digest, CancellationToken cancellationToken)
    {
        var path = PathOf(digest);
        if (File.Exists(path))
        {
            return path;
        }

        using var part = NewTemporary();
        await using (var content = await artifacts.OpenReadAsync(digest, cancellationToken).ConfigureAwait(false))
        await using (var target = File.Create(part.Path))
        {
            await content.CopyToAsync(target, cancellationToken).ConfigureAwait(false);
        }

        File.Move(part.Path, path, overwrite: true);
        return path;
    }

    public async Task<TemporaryFile> WriteTemporaryAsync(
        IReadOnlyList<FeatureColumn> columns,
        int rows,
        CancellationToken cancellationToken
    )
    {
        var file = NewTemporary();
        try
        {
            await engine.WriteParquetAsync(ColumnReading.ToTable(columns, rows), file.Path, cancellationToken).ConfigureAwait(false);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private TemporaryFile NewTemporary() => new(Path.Combine(directories.Get("features"), Path.GetRandomFileName() + ".parquet"));

    private string PathOf(ArtifactDigest digest) => Path.Combine(directories.Get("features"), digest.Hex + ".parquet");
}
