using System.Globalization;
using MlPlatform.Core;
using MlPlatform.Registry;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Where a version's files lie by what its source says. Nothing outside this server is ever opened.</summary>
internal sealed class VersionSources(IArtifactTrees trees, IModelRegistry registry)
{
    /// <summary>So many copies of copies are followed; a client may register a circle.</summary>
    private const int MaximumCopies = 16;

    /// <summary>Refuses a source that could lead to files of this machine.</summary>
    public static void Check(string source)
    {
        if (Wire.HasTraversal(source))
        {
            throw MlflowException.InvalidParameter(
                $"Invalid model version source: '{source}'. If supplying a source as an http, https, local file path, ftp, object store or "
                    + "mlflow-artifacts URI, it must have no '..' and no NUL in its path, however they are written."
            );
        }

        var scheme = source.IndexOf(':', StringComparison.Ordinal);
        var isLocal =
            scheme < 2
                ? source.StartsWith('/') || source.StartsWith('\\') || scheme == 1
                : source[..scheme].Equals("file", StringComparison.OrdinalIgnoreCase);
        if (isLocal)
        {
            throw MlflowException.InvalidParameter(
                $"Invalid model version source: '{source}'. To use a local path as a model version source, log its files to a run or a logged model "
                    + "and name that: this server opens no folder of a machine."
            );
        }
    }

    /// <summary>The files in this server's trees that a source names; null when it names others.</summary>
    public async Task<(ArtifactTree Tree, ArtifactPath? Folder)?> FindAsync(string source, CancellationToken cancellationToken) =>
        await LocateAsync((await FollowAsync(source, cancellationToken).ConfigureAwait(false)).Source, cancellationToken)
            .ConfigureAwait(false);

    /// <summary>The version with a package that a source is a copy of; null when it is none.</summary>
    public async Task<ModelVersion?> FindPackageAsync(string source, CancellationToken cancellationToken) =>
        (await FollowAsync(source, cancellationToken).ConfigureAwait(false)).Copied is { ManifestDigest: not null } copied ? copied : null;

    /// <summary>How clients are told where the files of a version lie; null when they cannot be told.</summary>
    public async Task<string?> ResolveAsync(ModelVersion version, CancellationToken cancellationToken)
    {
        if (version.Source is null)
        {
            return VersionFiles.UriOf(version.Id);
        }

        var (origin, copied) = await FollowAsync(version.Source, cancellationToken).ConfigureAwait(false);
        if (copied is { Source: null })
        {
            return VersionFiles.UriOf(copied.Id);
        }

        return await LocateAsync(origin, cancellationToken).ConfigureAwait(false) is { } found
            ? ArtifactAddress.UriOf(found.Tree) + (found.Folder is null ? string.Empty : $"/{found.Folder}")
            : origin;
    }

    /// <summary>A copy's files are those of the version that it copies: the last one's source, and that version.</summary>
    private async Task<(string Source, ModelVersion? Copied)> FollowAsync(string source, CancellationToken cancellationToken)
    {
        ModelVersion? copied = null;
        for (var i = 0; i < MaximumCopies; i++)
        {
            if (
                Split(source, "models:/") is not [var model, var number]
                || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
                || await registry.GetVersionAsync(new(model, version), cancellationToken).ConfigureAwait(false) is not { } next
            )
            {
                break;
            }

            copied = next;
            if (next.Source is null)
            {
                break;
            }

            source = next.Source;
        }

        return (source, copied);
    }

    private async Task<(ArtifactTree Tree, ArtifactPath? Folder)?> LocateAsync(string source, CancellationToken cancellationToken) =>
        Parse(source) is { } place && await trees.FindTreeAsync(place.Tree, cancellationToken).ConfigureAwait(false) is { } tree
            ? (tree, place.Folder)
            : null;

    /// <summary>What a source names in this server; what could not be here, another server's run or folder, is another's.</summary>
    private static (ArtifactTreeId Tree, ArtifactPath? Folder)? Parse(string source)
    {
        try
        {
            return Split(source, "runs:/") is [var run, .. var below] ? (ArtifactTreeId.OfRun(RunIds.Parse(run)), Folder(below))
                : Split(source, "models:/") is [{ Length: 34 } model, .. var inside] && model.StartsWith("m-", StringComparison.Ordinal)
                    ? (ArtifactTreeId.OfLoggedModel(model), Folder(inside))
                : Split(source, "mlflow-artifacts:/") is { Length: > 0 } rooted
                && ArtifactAddress.Parse(string.Join('/', rooted)) is var address
                    ? (address.Tree, address.Path)
                : null;
        }
        catch (Exception e) when (e is MlflowException or AssetNotFoundException or ArgumentException)
        {
            return null;
        }
    }

    private static ArtifactPath? Folder(string[] below) => below is [] or [""] ? null : ArtifactPath.Parse(string.Join('/', below));

    private static string[] Split(string source, string prefix) =>
        source.StartsWith(prefix, StringComparison.Ordinal) ? source[prefix.Length..].Trim('/').Split('/') : [];
}
