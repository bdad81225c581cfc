namespace MlPlatform.Core;

/// <summary>Reads the graph of what was made from what; edges are written by <see cref="IUnitOfWork.Link"/>.</summary>
/// <remarks>Thread-safe.</remarks>
public interface ILineage
{
    /// <summary>What an asset was made from, nearest first.</summary>
    /// <param name="asset">Where to begin.</param>
    /// <param name="depth">How many edges to follow, 1 to 100.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    Task<IReadOnlyList<LineageEdge>> UpstreamAsync(AssetRef asset, int depth = 10, CancellationToken cancellationToken = default);

    /// <summary>What was made from an asset, nearest first.</summary>
    /// <param name="asset">Where to begin.</param>
    /// <param name="depth">How many edges to follow, 1 to 100.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    Task<IReadOnlyList<LineageEdge>> DownstreamAsync(AssetRef asset, int depth = 10, CancellationToken cancellationToken = default);
}
