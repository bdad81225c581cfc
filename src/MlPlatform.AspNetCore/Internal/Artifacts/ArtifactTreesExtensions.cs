using System.Runtime.CompilerServices;
using MlPlatform.Registry;

namespace MlPlatform.AspNetCore.Internal;

internal static class ArtifactTreesExtensions
{
    private const int Page = 10_000;

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
