using System.Globalization;
using MlPlatform.Registry;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Where a version's files lie by what its source says. Nothing outside this server is ever opened.</summary>
internal sealed class VersionSources(IArtifactTrees trees, IModelRegistry registry)
{
    /// <summary>Refuses a source that could lead to files of this machine.</summary>
    public static void Check(string source)
    {
        Wire.RefuseTraversal(source, "source");
        var scheme = source.IndexOf(':', StringComparison.Ordinal);
        var isLocal =
            scheme < 2
                ? source.StartsWith('/') || source.StartsWith('\\') || scheme == 1
                : source[..scheme].Equals("file", StringComparison.OrdinalIgnoreCase);
        if (isLocal)
        {
            throw MlflowException.InvalidParameter(
                $"Invalid source '{source}': a folder of a machine cannot be registered. Log the files to a run or a logged model, and name those."
            );
        }
    }

    /// <summary>The files in this server's trees that a source names; null when it names others.</summary>
    public async Task<(ArtifactTree Tree, ArtifactPath? Folder)?> FindAsync(string source, CancellationToken cancellationToken)
    {
        if (Split(source, "runs:/") is [var run, .. var below])
        {
            return await FindAsync(ArtifactTreeId.OfRun(RunIds.Parse(run)), below, cancellationToken).ConfigureAwait(false);
        }

        if (Split(source, "models:/") is [var model, .. var inside])
        {
            if (model.StartsWith("m-", StringComparison.Ordinal) && model.Length == 34)
            {
                return await FindAsync(ArtifactTreeId.OfLoggedModel(model), inside, cancellationToken).ConfigureAwait(false);
            }

            // A copy of another version: its files are that one's.
            return
                inside is [var number]
                && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
                && await registry.GetVersionAsync(new(model, version), cancellationToken).ConfigureAwait(false) is { Source: { } other }
                && !other.StartsWith("models:/" + model + "/", StringComparison.Ordinal)
                ? await FindAsync(other, cancellationToken).ConfigureAwait(false)
                : null;
        }

        return
            Split(source, "mlflow-artifacts:/") is { Length: > 0 } rooted
            && ArtifactAddress.Parse(string.Join('/', rooted)) is var address
            && await trees.FindTreeAsync(address.Tree, cancellationToken).ConfigureAwait(false) is { } tree
            ? (tree, address.Path)
            : null;
    }

    /// <summary>How clients are told where the files of a source lie.</summary>
    public async Task<string> ResolveAsync(string source, CancellationToken cancellationToken) =>
        await FindAsync(source, cancellationToken).ConfigureAwait(false) is { } found
            ? ArtifactAddress.UriOf(found.Tree) + (found.Folder is null ? string.Empty : $"/{found.Folder}")
            : source;

    private async Task<(ArtifactTree, ArtifactPath?)?> FindAsync(ArtifactTreeId id, string[] below, CancellationToken cancellationToken) =>
        await trees.FindTreeAsync(id, cancellationToken).ConfigureAwait(false) is { } tree
            ? (tree, below is [] or [""] ? null : ArtifactPath.Parse(string.Join('/', below)))
            : null;

    private static string[] Split(string source, string prefix) =>
        source.StartsWith(prefix, StringComparison.Ordinal) ? source[prefix.Length..].Trim('/').Split('/') : [];
}
