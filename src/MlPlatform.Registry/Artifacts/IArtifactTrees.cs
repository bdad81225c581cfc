using MlPlatform.Core;

namespace MlPlatform.Registry;

/// <summary>The files of runs and of logged models: for each a tree of paths that point at immutable bytes.</summary>
/// <remarks>
/// A write is complete or invisible; writing a path again replaces the entry, never the bytes, so that readers go on undisturbed. Thread-safe, also
/// between processes.
/// </remarks>
public interface IArtifactTrees
{
    /// <summary>The owner of a tree; null when there is no such run or logged model.</summary>
    Task<ArtifactTree?> FindTreeAsync(ArtifactTreeId tree, CancellationToken cancellationToken = default);

    /// <summary>Every file at or below a path, in ordinal order of path.</summary>
    /// <param name="tree">Whose files.</param>
    /// <param name="folder">The folder; null for the whole tree.</param>
    /// <param name="after">Only those after this path, to page on; null begins at the first.</param>
    /// <param name="limit">At most so many, 1 to 10,000.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    Task<IReadOnlyList<ArtifactFile>> ListFilesAsync(
        ArtifactTreeId tree,
        ArtifactPath? folder = null,
        string? after = null,
        int limit = 1000,
        CancellationToken cancellationToken = default
    );

    /// <summary>What lies directly in a folder, in ordinal order of name. A folder exists while a file lies below it.</summary>
    /// <param name="tree">Whose files.</param>
    /// <param name="folder">The folder; null for the root.</param>
    /// <param name="after">Only those after this name, to page on; null begins at the first.</param>
    /// <param name="limit">At most so many, 1 to 10,000.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    Task<IReadOnlyList<ArtifactEntry>> ListFolderAsync(
        ArtifactTreeId tree,
        ArtifactPath? folder = null,
        string? after = null,
        int limit = 1000,
        CancellationToken cancellationToken = default
    );

    /// <summary>Opens a file; its bytes are verified as they are read.</summary>
    /// <exception cref="AssetNotFoundException">There is no such file.</exception>
    Task<OpenedArtifact> OpenAsync(ArtifactTreeId tree, ArtifactPath path, CancellationToken cancellationToken = default);

    /// <summary>Stores a file; the same path again replaces the entry.</summary>
    /// <param name="tree">Whose files.</param>
    /// <param name="path">Where.</param>
    /// <param name="content">Read to its end, not disposed. When it fails, nothing is stored.</param>
    /// <param name="cancellationToken">Cancels the write, which then leaves nothing behind.</param>
    /// <exception cref="AssetNotFoundException">There is no such run or logged model.</exception>
    /// <exception cref="AssetDeletedException">It, or its experiment, is deleted.</exception>
    /// <exception cref="ArtifactPathConflictException">The path is a folder, or lies below a file.</exception>
    Task<ArtifactFile> PutAsync(ArtifactTreeId tree, ArtifactPath path, Stream content, CancellationToken cancellationToken = default);

    /// <summary>Deletes a file, or a folder with everything below it.</summary>
    /// <returns>How many files were deleted; 0 when there was nothing at the path.</returns>
    /// <exception cref="AssetNotFoundException">There is no such run or logged model.</exception>
    /// <exception cref="AssetDeletedException">It, or its experiment, is deleted.</exception>
    Task<int> DeleteAsync(ArtifactTreeId tree, ArtifactPath path, CancellationToken cancellationToken = default);
}
