using System.Collections.Concurrent;
using Dapper;
using Microsoft.Extensions.Logging;

namespace MlPlatform.Monitoring.Internal;

/// <summary>Reads panes and merges them.</summary>
internal sealed class WindowReader(IMetadataDatabase database, ILogger<WindowReader> logger)
{
    // Layouts never change once written.
    private readonly ConcurrentDictionary<long, PaneShape> shapes = new();

    public async Task<WindowContent> ReadAsync(string model, long from, long to, CancellationToken cancellationToken)
    {
        // Below 2: what callers were answered, without shadows and without what somebody tries out.
        const string Heaviest = """
            SELECT l.id, l.version, SUM(p.row_count) AS row_count
            FROM mon_layout l JOIN mon_pane p ON p.layout_id = l.id
            WHERE l.model = @model AND p.start >= @from AND p.start < @to AND p.route < 2
            GROUP BY l.id, l.version
            ORDER BY row_count DESC, l.id DESC
            LIMIT 1
            """;
        const string Panes = """
            SELECT layout_id AS LayoutId, start AS Start, data AS Data FROM mon_pane
            WHERE layout_id = @id AND start >= @from AND start < @to AND route < 2
            ORDER BY start, route, node
            """;
        var (layout, panes) = await database
            .ReadAsync(
                async connection =>
                {
                    var heaviest = await connection
                        .QuerySingleOrDefaultAsync<(long Id, long Version, long Rows)>(
                            Heaviest,
                            new
                            {
                                model,
                                from,
                                to,
                            }
                        )
                        .ConfigureAwait(false);
                    var rows = await connection
                        .QueryAsync<PaneRow>(
                            Panes,
                            new
                            {
                                id = heaviest.Id,
                                from,
                                to,
                            }
                        )
                        .ConfigureAwait(false);
                    return (heaviest, rows.AsList());
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        if (panes.Count == 0)
        {
            return new(0, null, 0, 0);
        }

        var shape = await GetShapeAsync(layout.Id, cancellationToken).ConfigureAwait(false);
        return Merge(shape, (int)layout.Version, panes);
    }

    /// <summary>Starts of the windows after a time in which a model has rows.</summary>
    public Task<List<long>> FindWindowsAsync(string model, long size, long after, long before, CancellationToken cancellationToken)
    {
        const string Sql = """
            SELECT DISTINCT p.start - (p.start % @size) AS start
            FROM mon_layout l JOIN mon_pane p ON p.layout_id = l.id
            WHERE l.model = @model AND p.route < 2 AND p.start >= @after AND p.start < @before AND p.start >= 0
            ORDER BY 1
            """;
        return database.ReadAsync(
            async connection =>
            {
                var starts = await connection
                    .QueryAsync<long>(
                        Sql,
                        new
                        {
                            model,
                            size,
                            after,
                            before,
                        }
                    )
                    .ConfigureAwait(false);
                return starts.AsList();
            },
            cancellationToken
        );
    }

    private WindowContent Merge(PaneShape shape, int version, List<PaneRow> panes)
    {
        var merged = new PaneSketch(shape);
        var skipped = 0;
        foreach (var row in panes)
        {
            try
            {
                merged.Merge(PaneSketch.FromBytes(shape, row.Data));
            }
            catch (BlobFormatException e)
            {
                skipped++;
                MonitoringDiagnostics.PanesCorrupt.Add(1);
                Log.PaneSkipped(logger, row.LayoutId, StoredTime.FromMicros(row.Start), e);
            }
        }

        return new(version, merged, merged.Rows, skipped);
    }

    private async Task<PaneShape> GetShapeAsync(long id, CancellationToken cancellationToken)
    {
        const string Sql = """
            SELECT id AS Id, model AS Model, version AS Version, numeric_columns AS NumericColumns, category_columns AS CategoryColumns, profile AS Profile
            FROM mon_layout WHERE id = @id
            """;
        if (!shapes.TryGetValue(id, out var shape))
        {
            var row = await database
                .ReadAsync(connection => connection.QuerySingleAsync<LayoutRow>(Sql, new { id }), cancellationToken)
                .ConfigureAwait(false);
            shape = shapes.GetOrAdd(id, PaneShape.Of(row));
        }

        return shape;
    }
}
