using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlPlatform.Core;

namespace MlPlatform.Features.Internal;

/// <summary>Takes rows in: history, ids, online rows and tiles in one transaction of the online database.</summary>
internal sealed class Pusher(
    [FromKeyedServices(DatabaseNames.Online)] IMetadataDatabase online,
    SourceHistory history,
    SegmentFiles files,
    Materializer materializer,
    Clocks clocks,
    IOptions<FeaturesOptions> options,
    IFaultPoints faults,
    ILogger<Pusher> logger
) : IDisposable
{
    // One push at a time a process, so that changes reach the caches in the order of their commits.
    private readonly SemaphoreSlim gate = new(1, 1);
    private readonly Dictionary<string, int> waiting = new(StringComparer.Ordinal);

    public async Task<PushResult> PushAsync(
        AppliedModel model,
        SourceDefinition source,
        IReadOnlyList<FeatureValue[]> rows,
        PushTarget target,
        CancellationToken cancellationToken
    )
    {
        if (rows.Count == 0)
        {
            return new(0, 0, 0);
        }

        OnlineView[] views =
            target == PushTarget.OnlineAndOffline ? [.. model.Views.Values.Where(v => v.Definition.Source.Name == source.Name)] : [];
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (rows.Count < options.Value.SegmentRows)
            {
                return await PushRowsAsync(source, rows, views, cancellationToken).ConfigureAwait(false);
            }

            var result = await PushSegmentsAsync(source, rows, cancellationToken).ConfigureAwait(false);
            foreach (var view in views)
            {
                await materializer.MaterializeAsync(model, view, cancellationToken).ConfigureAwait(false);
            }

            return result;
        }
        finally
        {
            gate.Release();
        }
    }

    public void Dispose() => gate.Dispose();

    private async Task<PushResult> PushRowsAsync(
        SourceDefinition source,
        IReadOnlyList<FeatureValue[]> rows,
        OnlineView[] views,
        CancellationToken cancellationToken
    )
    {
        var now = clocks.Platform.NowMicros();
        var (accepted, last, changes) = await online
            .WriteAsync(
                Durability.Process,
                async work =>
                {
                    var known = SeenIds.Insert(work, source, rows);
                    FeatureValue[][] fresh = known.Count == 0 ? [.. rows] : [.. rows.Where((_, i) => !known.Contains(i))];
                    if (fresh.Length == 0)
                    {
                        return (0, 0L, []);
                    }

                    var first = await ReserveAsync(work, source.Name, fresh.Length).ConfigureAwait(false);
                    var end = first + fresh.Length - 1;
                    var data = HistoryColumns.ToBytes(HistoryColumns.Of(source, fresh, first), fresh.Length);
                    await InsertPendingAsync(work, source.Name, new(first, end, fresh.Length, null, data)).ConfigureAwait(false);
                    var stored = fresh.Select((r, i) => new StoredRow(r, source.Stamp(r, first + i))).ToArray();
                    var made = new List<OnlineChange>();
                    foreach (var view in views)
                    {
                        made.Add(await view.ApplyAsync(work, stored, [(first, end)], now).ConfigureAwait(false));
                    }

                    return (fresh.Length, end, made);
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        changes.ForEach(c => c.View.Committed(c));
        faults.Hit("features.push.committed");
        waiting[source.Name] = waiting.GetValueOrDefault(source.Name) + accepted;
        if (waiting[source.Name] >= options.Value.SegmentRows)
        {
            waiting[source.Name] = 0;
            await SealAsync(source).ConfigureAwait(false);
        }

        FeaturesDiagnostics.RowsPushed.Add(accepted);
        return new(accepted, rows.Count - accepted, last);
    }

    private async Task<PushResult> PushSegmentsAsync(
        SourceDefinition source,
        IReadOnlyList<FeatureValue[]> rows,
        CancellationToken cancellationToken
    )
    {
        IReadOnlyList<FeatureValue[]> fresh = rows;
        while (true)
        {
            // What fails after this leaves a gap in the sequences, which means nothing.
            var first = await online
                .WriteAsync(Durability.Process, work => ReserveAsync(work, source.Name, fresh.Count), cancellationToken)
                .ConfigureAwait(false);
            var parts = await StoreAsync(source, fresh, first, cancellationToken).ConfigureAwait(false);
            foreach (var part in parts)
            {
                await history.HoldAsync(source.Name, part, cancellationToken).ConfigureAwait(false);
            }

            faults.Hit("features.push.stored");
            var repeated = await online
                .WriteAsync(
                    Durability.Process,
                    async work =>
                    {
                        var known = SeenIds.Insert(work, source, fresh);
                        if (known.Count > 0)
                        {
                            SeenIds.Remove(work, source, fresh, known); // The files hold rows that must not count: make new ones without them.
                            return known;
                        }

                        foreach (var part in parts)
                        {
                            await InsertPendingAsync(work, source.Name, part).ConfigureAwait(false);
                        }

                        return known;
                    },
                    cancellationToken
                )
                .ConfigureAwait(false);
            if (repeated.Count == 0)
            {
                faults.Hit("features.push.committed");
                await SealAsync(source).ConfigureAwait(false);
                FeaturesDiagnostics.RowsPushed.Add(fresh.Count);
                return new(fresh.Count, rows.Count - fresh.Count, first + fresh.Count - 1);
            }

            foreach (var part in parts)
            {
                await history.LetGoAsync(source.Name, part, cancellationToken).ConfigureAwait(false);
            }

            fresh = [.. fresh.Where((_, i) => !repeated.Contains(i))];
            if (fresh.Count == 0)
            {
                return new(0, rows.Count, 0);
            }
        }
    }

    /// <summary>The rows are durable already: a failed push would be repeated, and rows without an id counted twice.</summary>
    private async Task SealAsync(SourceDefinition source)
    {
        try
        {
            await history.SealAsync(source, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Log.SealFailed(logger, source.Name, e);
        }
    }

    private async Task<List<HistoryPart>> StoreAsync(
        SourceDefinition source,
        IReadOnlyList<FeatureValue[]> rows,
        long first,
        CancellationToken cancellationToken
    )
    {
        const int MaximumRows = 250_000;
        var parts = new List<HistoryPart>();
        foreach (var chunk in rows.Chunk(MaximumRows))
        {
            var digest = await files
                .StoreAsync(HistoryColumns.Of(source, chunk, first), chunk.Length, cancellationToken)
                .ConfigureAwait(false);
            parts.Add(new(first, first + chunk.Length - 1, chunk.Length, digest, null));
            first += chunk.Length;
        }

        return parts;
    }

    private static async Task<long> ReserveAsync(IUnitOfWork work, string source, int count) =>
        await work
            .Connection.ExecuteScalarAsync<long>(
                """
                INSERT INTO fs_source (name, next_seq) VALUES (@source, 1 + @count)
                ON CONFLICT (name) DO UPDATE SET next_seq = fs_source.next_seq + @count RETURNING next_seq - @count
                """,
                new { source, count },
                work.Transaction
            )
            .ConfigureAwait(false);

    private static Task<int> InsertPendingAsync(IUnitOfWork work, string source, HistoryPart part) =>
        work.Connection.ExecuteAsync(
            "INSERT INTO fs_pending (source, first_seq, last_seq, row_count, digest, data) VALUES (@source, @First, @Last, @Rows, @Digest, @Data)",
            new
            {
                source,
                part.First,
                part.Last,
                part.Rows,
                Digest = part.Digest?.ToString(),
                part.Data,
            },
            work.Transaction
        );
}
