using System.Runtime.CompilerServices;
using MlPlatform.Core;
using MlPlatform.Registry;

namespace MlPlatform.AspNetCore.Internal;

internal static class ArtifactTreesExtensions
{
    private const int Page = 10_000;

    /// <summary>That the run or logged model is there, in the experiment that the address says.</summary>
    public static async Task RequireAsync(this IArtifactTrees trees, ArtifactAddress address, CancellationToken cancellationToken)
    {
        var tree = await trees.FindTreeAsync(address.Tree, cancellationToken).ConfigureAwait(false);
        if (!string.Equals(tree?.ExperimentId, address.ExperimentId, StringComparison.Ordinal))
        {
            throw new AssetNotFoundException(address.Tree.Asset, $"Experiment '{address.ExperimentId}' has none with this id.");
        }
    }

    /// <summary>All that lies directly in a folder.</summary>
    public static async IAsyncEnumerable<ArtifactEntry> ListFolderAsync(
        this IArtifactTrees trees,
        ArtifactTreeId tree,
        ArtifactPath? folder,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        IReadOnlyList<ArtifactEntry> page = [];
        do
        {
            page = await trees
                .ListFolderAsync(tree, folder, page.Count == 0 ? null : page[^1].Name, Page, cancellationToken)
                .ConfigureAwait(false);
            foreach (var entry in page)
            {
                yield return entry;
            }
        } while (page.Count == Page);
    }
}
