using Dapper;

namespace MlPlatform.Core.Internal;

internal sealed class Lineage(IMetadataDatabase database) : ILineage
{
    public Task<IReadOnlyList<LineageEdge>> UpstreamAsync(AssetRef asset, int depth = 10, CancellationToken cancellationToken = default) =>
        WalkAsync(asset, depth, "to_asset", e => e.From, cancellationToken);

    public Task<IReadOnlyList<LineageEdge>> DownstreamAsync(
        AssetRef asset,
        int depth = 10,
        CancellationToken cancellationToken = default
    ) => WalkAsync(asset, depth, "from_asset", e => e.To, cancellationToken);

    private Task<IReadOnlyList<LineageEdge>> WalkAsync(
        AssetRef asset,
        int depth,
        string column,
        Func<LineageEdge, AssetRef> next,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(asset);
        ArgumentOutOfRangeException.ThrowIfLessThan(depth, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(depth, 100);
        return database.ReadAsync<IReadOnlyList<LineageEdge>>(
            async connection =>
            {
                var edges = new List<LineageEdge>();
                var seen = new HashSet<AssetRef> { asset };
                AssetRef[] level = [asset];
                for (var distance = 1; distance <= depth && level.Length > 0; distance++)
                {
                    var found = new List<AssetRef>();
                    foreach (var batch in level.Chunk(500))
                    {
                        var rows = await connection
                            .QueryAsync<(string From, string To, string Relation, long At)>(
                                $"SELECT from_asset, to_asset, relation, at FROM core_lineage WHERE {database.Dialect.In(column, "@Assets")} ORDER BY at, from_asset, to_asset",
                                new { Assets = batch.Select(a => a.ToString()).ToArray() }
                            )
                            .ConfigureAwait(false);
                        foreach (var row in rows)
                        {
                            var edge = new LineageEdge(
                                AssetRef.Parse(row.From),
                                AssetRef.Parse(row.To),
                                row.Relation,
                                StoredTime.FromMicros(row.At),
                                distance
                            );
                            edges.Add(edge);
                            if (seen.Add(next(edge)))
                            {
                                found.Add(next(edge));
                            }
                        }
                    }

                    level = [.. found];
                }

                return edges;
            },
            cancellationToken
        );
    }
}
