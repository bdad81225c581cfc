namespace MlPlatform.Features.Internal;

/// <summary>What a transaction changes of one storage; it reaches the cache only after the commit.</summary>
internal sealed record OnlineChange(OnlineView View, long RowVersion, long Now)
{
    public Dictionary<byte[], List<byte[]>> Rows { get; } = new(KeyComparer.Instance);

    public Dictionary<byte[], (Dictionary<(int Hop, long Start), long[]> Tiles, long[] Ahead)> Tiles { get; } = new(KeyComparer.Instance);
}
