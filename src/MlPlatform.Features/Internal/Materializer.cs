using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Core;

namespace MlPlatform.Features.Internal;

/// <summary>Brings a view's storage up to its source's history, one part at a time; each part and the mark that it is applied commit together.</summary>
internal sealed class Materializer(
    IMetadataDatabase metadata,
    [FromKeyedServices(DatabaseNames.Online)] IMetadataDatabase online,
    SourceHistory history,
    SegmentFiles files,
    IOfflineEngine engine,
    Clocks clocks,
    IFaultPoints faults
)
{
    /// <returns>The rows taken from the history.</returns>
    public async Task<long> MaterializeAsync(AppliedModel model, OnlineView view, CancellationToken cancellationToken)
    {
        var definition = view.Definition;
        var applied = await view.ReadAppliedAsync(cancellationToken).ConfigureAwait(false);
        var parts = await history.ReadAsync(definition.Source.Name, cancellationToken).ConfigureAwait(false);
        var total = 0L;
        foreach (var part in parts.Where(p => !applied.ContainsAll(p.First, p.Last)))
        {
            var rows = await ReadAsync(definition, part, cancellationToken).ConfigureAwait(false);
            rows.RemoveAll(r => applied.Contains(r.Stamp.Sequence));
            if (rows.Count == 0)
            {
                continue;
            }

            var change = await online
                .WriteAsync(
                    Durability.Process,
                    work => view.ApplyAsync(work, rows, Ranges(rows), clocks.Platform.NowMicros()),
                    cancellationToken
                )
                .ConfigureAwait(false);
            view.Committed(change);
            total += rows.Count;
            faults.Hit("features.materialize.chunk");
        }

        if (total > 0)
        {
            await AnnounceAsync(model.Asset(definition), total, parts[^1].Last, cancellationToken).ConfigureAwait(false);
            FeaturesDiagnostics.RowsMaterialized.Add(total);
        }

        return total;
    }

    private static List<(long First, long Last)> Ranges(List<StoredRow> rows)
    {
        var ranges = new List<(long First, long Last)>();
        foreach (var sequence in rows.Select(r => r.Stamp.Sequence).Order())
        {
            if (ranges.Count > 0 && ranges[^1].Last + 1 == sequence)
            {
                ranges[^1] = (ranges[^1].First, sequence);
            }
            else
            {
                ranges.Add((sequence, sequence));
            }
        }

        return ranges;
    }

    private async Task<List<StoredRow>> ReadAsync(StoredViewDefinition definition, HistoryPart part, CancellationToken cancellationToken)
    {
        if (part.Digest is not { } digest)
        {
            return [.. HistoryColumns.Rows(definition.Source, HistoryColumns.Join(definition.Source, [part]))];
        }

        var path = await files.GetAsync(digest, cancellationToken).ConfigureAwait(false);
        using var none = await files
            .WriteTemporaryAsync(HistoryColumns.Of(definition.Source, [], 0), 0, cancellationToken)
            .ConfigureAwait(false);
        var needed = definition
            .SourceKeys.Concat(definition.Inputs)
            .Append(definition.Source.EventTime)
            .Concat(definition.Source.CreatedTime < 0 ? [] : [definition.Source.CreatedTime])
            .Distinct()
            .Select(i => definition.Source.Shape.Columns[i].Name);

        // The empty file brings columns that did not exist when the segment was written.
        var columns = await engine
            .ReadParquetAsync(new([path, none.Path]), [.. needed, SourceDefinition.SequenceColumn], cancellationToken)
            .ConfigureAwait(false);
        return [.. HistoryColumns.Rows(definition.Source, columns)];
    }

    private Task AnnounceAsync(AssetRef view, long rows, long watermark, CancellationToken cancellationToken) =>
        metadata.WriteAsync(
            Durability.Process,
            work =>
            {
                work.Append(
                    new(EventTypes.ViewMaterialized, view)
                    {
                        Payload = new JsonObject { ["rows"] = rows, ["watermark"] = watermark },
                    }
                );
                return Task.CompletedTask;
            },
            cancellationToken
        );
}
