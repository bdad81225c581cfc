using MlPlatform.Core;

namespace MlPlatform.Registry.Mlflow.Internal;

/// <summary>The files of the server's runs and logged models, by its artifact proxy.</summary>
internal sealed class MlflowArtifactTrees(MlflowClient client, MlflowFiles files) : IArtifactTrees
{
    private const int MaximumFiles = 100_000;

    public async Task<ArtifactTree?> FindTreeAsync(ArtifactTreeId tree, CancellationToken cancellationToken = default) =>
        (await FindAsync(tree, cancellationToken).ConfigureAwait(false))?.Tree;

    public async Task<IReadOnlyList<ArtifactFile>> ListFilesAsync(
        ArtifactTreeId tree,
        ArtifactPath? folder = null,
        string? after = null,
        int limit = 1000,
        CancellationToken cancellationToken = default
    )
    {
        CheckLimit(limit);
        if (await FindAsync(tree, cancellationToken).ConfigureAwait(false) is not { } place)
        {
            return [];
        }

        var prefix = folder?.ToString() ?? string.Empty;
        var found = await ListBelowAsync(tree, place.Root, prefix, cancellationToken).ConfigureAwait(false);
        return [.. found.Where(f => after is null || string.CompareOrdinal(f.Path, after) > 0).Take(limit)];
    }

    public async Task<IReadOnlyList<ArtifactEntry>> ListFolderAsync(
        ArtifactTreeId tree,
        ArtifactPath? folder = null,
        string? after = null,
        int limit = 1000,
        CancellationToken cancellationToken = default
    )
    {
        CheckLimit(limit);
        if (await FindAsync(tree, cancellationToken).ConfigureAwait(false) is not { } place)
        {
            return [];
        }

        var below = folder is null ? place.Root : $"{place.Root}/{folder}";
        var found = await files.ListFolderAsync(below, tree.Asset, cancellationToken).ConfigureAwait(false);
        return
        [
            .. found
                .Where(e => after is null || string.CompareOrdinal(e.Name, after) > 0)
                .Take(limit)
                .Select(e => e.IsFolder || folder is null ? e : e with { File = e.File! with { Path = $"{folder}/{e.Name}" } }),
        ];
    }

    public async Task<OpenedArtifact> OpenAsync(ArtifactTreeId tree, ArtifactPath path, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        var missing = new AssetNotFoundException(tree.Asset, $"No file '{path}' was logged to it.");
        var place = await FindAsync(tree, cancellationToken).ConfigureAwait(false) ?? throw missing;
        var entry = await FindFileAsync(tree, place.Root, path.ToString(), cancellationToken).ConfigureAwait(false) ?? throw missing;
        var response = await client.OpenFileAsync($"{place.Root}/{path}", tree.Asset, cancellationToken).ConfigureAwait(false);
        var content = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        return new(entry, content);
    }

    public async Task<ArtifactFile> PutAsync(
        ArtifactTreeId tree,
        ArtifactPath path,
        Stream content,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(content);
        var place = await RequireActiveAsync(tree, cancellationToken).ConfigureAwait(false);
        var (digest, size) = await client
            .PutFileAsync($"{place.Root}/{path}", content, tree.Asset, cancellationToken)
            .ConfigureAwait(false);
        return new(path.ToString(), digest, size);
    }

    public async Task<int> DeleteAsync(ArtifactTreeId tree, ArtifactPath path, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        var place = await RequireActiveAsync(tree, cancellationToken).ConfigureAwait(false);
        var there = await ListBelowAsync(tree, place.Root, path.ToString(), cancellationToken).ConfigureAwait(false);
        if (there.Count > 0)
        {
            await client.DeleteFileAsync($"{place.Root}/{path}", tree.Asset, cancellationToken).ConfigureAwait(false);
        }

        return there.Count;
    }

    /// <summary>A file, or every file below a folder.</summary>
    private async Task<List<ArtifactFile>> ListBelowAsync(
        ArtifactTreeId tree,
        string root,
        string path,
        CancellationToken cancellationToken
    )
    {
        var found = await files.ListAsync(MlflowFiles.Below(root, path), tree.Asset, MaximumFiles, cancellationToken).ConfigureAwait(false);
        if (path.Length == 0)
        {
            return found;
        }

        if (found.Count > 0)
        {
            return [.. found.Select(f => f with { Path = $"{path}/{f.Path}" })];
        }

        return await FindFileAsync(tree, root, path, cancellationToken).ConfigureAwait(false) is { } file ? [file] : [];
    }

    private async Task<ArtifactFile?> FindFileAsync(ArtifactTreeId tree, string root, string path, CancellationToken cancellationToken)
    {
        var slash = path.LastIndexOf('/');
        var folder = slash < 0 ? root : $"{root}/{path[..slash]}";
        var entries = await files.ListFolderAsync(folder, tree.Asset, cancellationToken).ConfigureAwait(false);
        return
            entries.FirstOrDefault(e => !e.IsFolder && string.Equals(e.Name, path[(slash + 1)..], StringComparison.Ordinal))?.File
                is { } file
            ? file with
            {
                Path = path,
            }
            : null;
    }

    private async Task<(ArtifactTree Tree, string Root)> RequireActiveAsync(ArtifactTreeId tree, CancellationToken cancellationToken)
    {
        var place = await FindAsync(tree, cancellationToken).ConfigureAwait(false) ?? throw new AssetNotFoundException(tree.Asset);
        return place.Tree.IsDeleted ? throw new AssetDeletedException(tree.Asset) : place;
    }

    private async Task<(ArtifactTree Tree, string Root)?> FindAsync(ArtifactTreeId tree, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tree);
        try
        {
            var (address, experiment, isDeleted) = await LocateAsync(tree, cancellationToken).ConfigureAwait(false);
            var root = await files.ResolveAsync(address, tree.Asset, cancellationToken).ConfigureAwait(false);
            return (new(tree, experiment, isDeleted), root);
        }
        catch (AssetNotFoundException)
        {
            return null;
        }
    }

    private async Task<(string Address, string Experiment, bool IsDeleted)> LocateAsync(
        ArtifactTreeId tree,
        CancellationToken cancellationToken
    )
    {
        switch (tree.Asset.Kind)
        {
            case AssetKind.Run:
                var run = await client.SendAsync(MlflowCalls.GetRun(RunId.Parse(tree.Asset.Id)), cancellationToken).ConfigureAwait(false);
                return (
                    run.Run?.Info?.ArtifactUri ?? string.Empty,
                    run.Run?.Info?.ExperimentId ?? string.Empty,
                    run.Run?.Info?.LifecycleStage == "deleted"
                );
            case AssetKind.LoggedModel:
                var address = await files.LocateModelAsync(tree.Asset.Id, cancellationToken).ConfigureAwait(false);
                return (address ?? string.Empty, string.Empty, false);
            default:
                throw new NotSupportedException(
                    $"The files of {tree} are not read from an MLflow server; those of runs and logged models are."
                );
        }
    }

    private static void CheckLimit(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, 10_000);
    }
}
