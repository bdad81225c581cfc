using Dapper;
using Microsoft.Extensions.Options;

namespace MlPlatform.Monitoring.Internal;

/// <summary>Stores captured rows: predictions, the panes they change, and a replay's checkpoint, in one transaction.</summary>
internal sealed class PredictionStore(IMetadataDatabase database, Clocks clocks, IOptions<MonitoringOptions> options)
{
    private readonly long paneMicros = options.Value.PaneSize.Ticks / TimeSpan.TicksPerMicrosecond;

    // A restarted process never writes into its predecessor's panes; readers merge.
    private readonly string node = EventId.New(clocks.Work).ToString();

    /// <summary>Commits the rows of the blocks. Rows whose prediction id is known already are left out.</summary>
    /// <returns>How many rows were new.</returns>
    public async Task<long> CommitAsync(
        IReadOnlyList<CaptureBlock> blocks,
        PredictionCheckpoint? checkpoint,
        CancellationToken cancellationToken
    )
    {
        var (stored, layoutIds) = await database
            .WriteAsync(
                Durability.Process,
                async unit =>
                {
                    var ids = await ResolveLayoutsAsync(unit, blocks).ConfigureAwait(false);
                    var panes = await InsertRowsAsync(unit, blocks, ids).ConfigureAwait(false);
                    foreach (var (key, pane) in panes)
                    {
                        await MergePaneAsync(unit, key, pane).ConfigureAwait(false);
                    }

                    if (checkpoint is not null)
                    {
                        await WriteCheckpointAsync(unit, checkpoint).ConfigureAwait(false);
                    }

                    return (panes.Values.Sum(p => p.Rows), ids);
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        foreach (var (layout, id) in layoutIds)
        {
            layout.StoredId = id; // Only now: a rolled back id would mean nothing.
        }

        MonitoringDiagnostics.RowsStored.Add(stored);
        return stored;
    }

    public Task<PredictionCheckpoint?> ReadCheckpointAsync(string name, CancellationToken cancellationToken) =>
        database.ReadAsync(
            async connection =>
            {
                var state = await connection
                    .QuerySingleOrDefaultAsync<string>("SELECT state FROM mon_checkpoint WHERE name = @name", new { name })
                    .ConfigureAwait(false);
                return state is null ? null : new PredictionCheckpoint(name, state);
            },
            cancellationToken
        );

    private static async Task<Dictionary<LayoutCapture, long>> ResolveLayoutsAsync(IUnitOfWork unit, IReadOnlyList<CaptureBlock> blocks)
    {
        const string Sql = """
            INSERT INTO mon_layout (hash, model, version, numeric_columns, category_columns, profile)
            VALUES (@Hash, @Model, @Version, @NumericJson, @CategoryJson, @ProfileBytes)
            ON CONFLICT (hash) DO UPDATE SET hash = excluded.hash
            RETURNING id
            """;
        var ids = new Dictionary<LayoutCapture, long>();
        foreach (var block in blocks)
        {
            if (!ids.ContainsKey(block.Owner))
            {
                ids[block.Owner] =
                    block.Owner.StoredId
                    ?? await unit.Connection.QuerySingleAsync<long>(Sql, block.Owner.Shape, unit.Transaction).ConfigureAwait(false);
            }
        }

        return ids;
    }

    private async Task<Dictionary<PaneKey, PaneSketch>> InsertRowsAsync(
        IUnitOfWork unit,
        IReadOnlyList<CaptureBlock> blocks,
        Dictionary<LayoutCapture, long> ids
    )
    {
        var panes = new Dictionary<PaneKey, PaneSketch>();
        PaneSketch? pane = null;
        PaneKey key = default;
        foreach (var block in blocks.Where(b => b.Count > 0))
        {
            var layoutId = ids[block.Owner];
            var isNew = await database
                .Dialect.InsertNewAsync(unit, "mon_prediction", ("id", block.Select(r => r.Id)), ColumnsOf(block, layoutId))
                .ConfigureAwait(false);
            for (var row = 0; row < block.Count; row++)
            {
                if (!isNew[row])
                {
                    continue;
                }

                var (time, route) = (block.Rows[row].Time, block.Rows[row].Route);
                var own = new PaneKey(layoutId, (int)route, time - (((time % paneMicros) + paneMicros) % paneMicros));
                if (pane is null || own != key)
                {
                    key = own;
                    if (!panes.TryGetValue(key, out pane))
                    {
                        panes[key] = pane = new(block.Owner.Shape);
                    }
                }

                pane.Add(block, row);
            }
        }

        return panes;
    }

    private static InsertColumn[] ColumnsOf(CaptureBlock block, long layoutId) =>
        [
            new("layout_id", layoutId),
            new("route", block.Select(r => (long)r.Route)),
            new("time", block.Select(r => r.Time)),
            new("score", block.Select(r => double.IsFinite(r.Score) ? r.Score : (double?)null)),
            new("class", block.Select(r => (long)r.Class)),
            new("segment", block.Select(r => r.Segment)),
        ];

    private async Task MergePaneAsync(IUnitOfWork unit, PaneKey key, PaneSketch pane)
    {
        const string Read = "SELECT data FROM mon_pane WHERE layout_id = @LayoutId AND start = @Start AND route = @Route AND node = @node";
        const string Write = """
            INSERT INTO mon_pane (layout_id, route, start, node, row_count, data) VALUES (@LayoutId, @Route, @Start, @node, @Rows, @Data)
            ON CONFLICT (layout_id, start, route, node) DO UPDATE SET row_count = excluded.row_count, data = excluded.data
            """;
        var before = await unit
            .Connection.QuerySingleOrDefaultAsync<byte[]>(
                Read,
                new
                {
                    key.LayoutId,
                    key.Start,
                    key.Route,
                    node,
                },
                unit.Transaction
            )
            .ConfigureAwait(false);
        var merged = pane;
        if (before is not null)
        {
            try
            {
                merged = PaneSketch.FromBytes(pane.Shape, before);
                merged.Merge(pane);
            }
            catch (BlobFormatException)
            {
                MonitoringDiagnostics.PanesCorrupt.Add(1); // What it held is lost either way.
                merged = pane;
            }
        }

        await unit
            .Connection.ExecuteAsync(
                Write,
                new
                {
                    key.LayoutId,
                    key.Route,
                    key.Start,
                    node,
                    merged.Rows,
                    Data = merged.ToBytes(),
                },
                unit.Transaction
            )
            .ConfigureAwait(false);
    }

    private Task<int> WriteCheckpointAsync(IUnitOfWork unit, PredictionCheckpoint checkpoint)
    {
        const string Sql = """
            INSERT INTO mon_checkpoint (name, state, at) VALUES (@Name, @State, @At)
            ON CONFLICT (name) DO UPDATE SET state = excluded.state, at = excluded.at
            """;
        var row = new
        {
            checkpoint.Name,
            checkpoint.State,
            At = clocks.Platform.NowMicros(),
        };
        return unit.Connection.ExecuteAsync(Sql, row, unit.Transaction);
    }
}
