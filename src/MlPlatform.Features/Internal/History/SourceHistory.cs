using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MlPlatform.Core;

namespace MlPlatform.Features.Internal;

/// <summary>The rows of a source: sealed segments in the metadata database, and above them what waits in the online database.</summary>
/// <remarks>
/// A push is durable in the online database alone. Sealing copies it to the metadata database and only then removes it; in between a row is in
/// both, and readers, who look at what waits first, leave out what a segment covers. So a crash between any two steps loses and doubles nothing.
/// </remarks>
internal sealed class SourceHistory(
    IMetadataDatabase metadata,
    [FromKeyedServices(DatabaseNames.Online)] IMetadataDatabase online,
    SegmentFiles files,
    ILeases leases,
    IOptions<FeaturesOptions> options,
    IFaultPoints faults
)
{
    private static readonly TimeSpan SealLease = TimeSpan.FromMinutes(5);

    /// <summary>All parts in order of their sequences.</summary>
    public async Task<IReadOnlyList<HistoryPart>> ReadAsync(string source, CancellationToken cancellationToken)
    {
        // In this order: what is sealed in between is then in the segments.
        var pending = await PendingAsync(source, cancellationToken).ConfigureAwait(false);
        var segments = await SegmentsAsync(source, cancellationToken).ConfigureAwait(false);
        return [.. segments.Concat(pending.Where(p => !segments.Exists(s => s.Covers(p)))).OrderBy(p => p.First)];
    }

    /// <summary>
    /// Keeps an artifact that is about to wait in the online database: garbage collection looks at the metadata database only, and it may be long until
    /// the artifact is sealed.
    /// </summary>
    public Task HoldAsync(string source, HistoryPart part, CancellationToken cancellationToken) =>
        metadata.WriteAsync(
            Durability.Process,
            work =>
            {
                work.Reference(part.Digest!.Value, HolderOf(source, part));
                return Task.CompletedTask;
            },
            cancellationToken
        );

    /// <summary>Lets go of an artifact that is not going to wait after all.</summary>
    public Task LetGoAsync(string source, HistoryPart part, CancellationToken cancellationToken) =>
        metadata.WriteAsync(
            Durability.Process,
            work =>
            {
                work.Release(HolderOf(source, part));
                return Task.CompletedTask;
            },
            cancellationToken
        );

    /// <summary>Moves what waits into segments: artifacts at once, rows when enough consecutive ones have come together.</summary>
    public async Task SealAsync(SourceDefinition source, CancellationToken cancellationToken)
    {
        await using var lease = await leases
            .TryAcquireAsync($"features-seal-{source.Name}", SealLease, cancellationToken)
            .ConfigureAwait(false);
        if (lease is null)
        {
            return; // Another process seals.
        }

        var pending = await PendingAsync(source.Name, cancellationToken).ConfigureAwait(false);
        var segments = await SegmentsAsync(source.Name, cancellationToken).ConfigureAwait(false);
        foreach (var part in pending.Where(p => segments.Exists(s => s.Covers(p))))
        {
            await ForgetAsync(source.Name, part, cancellationToken).ConfigureAwait(false);
        }

        foreach (var run in Runs(pending.Where(p => !segments.Exists(s => s.Covers(p)))))
        {
            var sealedPart = new HistoryPart(run[0].First, run[^1].Last, run.Sum(p => p.Rows), run[0].Digest, null);
            if (sealedPart.Digest is null)
            {
                if (sealedPart.Rows < options.Value.SegmentRows)
                {
                    continue;
                }

                var columns = HistoryColumns.Join(source, run);
                sealedPart = sealedPart with
                {
                    Digest = await files.StoreAsync(columns, sealedPart.Rows, cancellationToken).ConfigureAwait(false),
                };
            }

            faults.Hit("features.seal.stored");
            await RecordAsync(source.Name, sealedPart, lease, cancellationToken).ConfigureAwait(false);
            faults.Hit("features.seal.recorded");
            await ForgetAsync(source.Name, sealedPart, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Consecutive rows that wait as bytes, and each artifact by itself. A range with a gap might cover an artifact that is still on its way.</summary>
    private static IEnumerable<List<HistoryPart>> Runs(IEnumerable<HistoryPart> pending)
    {
        var run = new List<HistoryPart>();
        foreach (var part in pending)
        {
            if (run.Count > 0 && (part.Digest is not null || run[^1].Digest is not null || run[^1].Last + 1 != part.First))
            {
                yield return run;
                run = [];
            }

            run.Add(part);
        }

        if (run.Count > 0)
        {
            yield return run;
        }
    }

    private static ArtifactOwner HolderOf(string source, HistoryPart part) =>
        new("featurePush", FormattableString.Invariant($"{source}/{part.First}"));

    private Task RecordAsync(string source, HistoryPart part, ILease lease, CancellationToken cancellationToken) =>
        metadata.WriteAsync(
            Durability.Power,
            async work =>
            {
                await lease.EnsureHeldAsync(work).ConfigureAwait(false);
                const string Sql = """
                    INSERT INTO fs_segment (source, first_seq, last_seq, row_count, digest) VALUES (@source, @First, @Last, @Rows, @Digest)
                    ON CONFLICT (source, first_seq) DO NOTHING
                    """;
                var row = new
                {
                    source,
                    part.First,
                    part.Last,
                    part.Rows,
                    Digest = part.Digest.ToString(),
                };
                await work.Connection.ExecuteAsync(Sql, row, work.Transaction).ConfigureAwait(false);
                work.Release(HolderOf(source, part));
                work.Reference(part.Digest!.Value, new("featureSegment", FormattableString.Invariant($"{source}/{part.First}")));
            },
            cancellationToken
        );

    private Task<int> ForgetAsync(string source, HistoryPart part, CancellationToken cancellationToken) =>
        online.WriteAsync(
            Durability.Process,
            work =>
                work.Connection.ExecuteAsync(
                    "DELETE FROM fs_pending WHERE source = @source AND first_seq >= @First AND last_seq <= @Last",
                    new
                    {
                        source,
                        part.First,
                        part.Last,
                    },
                    work.Transaction
                ),
            cancellationToken
        );

    private Task<List<HistoryPart>> PendingAsync(string source, CancellationToken cancellationToken) =>
        ReadPartsAsync(
            online,
            "SELECT first_seq, last_seq, row_count, digest, data FROM fs_pending WHERE source = @source ORDER BY first_seq",
            source,
            cancellationToken
        );

    private Task<List<HistoryPart>> SegmentsAsync(string source, CancellationToken cancellationToken) =>
        ReadPartsAsync(
            metadata,
            "SELECT first_seq, last_seq, row_count, digest, NULL AS data FROM fs_segment WHERE source = @source ORDER BY first_seq",
            source,
            cancellationToken
        );

    private static Task<List<HistoryPart>> ReadPartsAsync(
        IMetadataDatabase database,
        string sql,
        string source,
        CancellationToken cancellationToken
    ) =>
        database.ReadAsync(
            async connection =>
            {
                var parts = new List<HistoryPart>();
                await using var reader = await connection.ExecuteReaderAsync(sql, new { source }).ConfigureAwait(false);
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    parts.Add(
                        new(
                            reader.GetInt64(0),
                            reader.GetInt64(1),
                            reader.GetInt32(2),
                            await reader.IsDBNullAsync(3, cancellationToken).ConfigureAwait(false)
                                ? null
                                : ArtifactDigest.Parse(reader.GetString(3)),
                            await reader.IsDBNullAsync(4, cancellationToken).ConfigureAwait(false) ? null : (byte[])reader.GetValue(4)
                        )
                    );
                }

                return parts;
            },
            cancellationToken
        );
}
