using System.Data.Common;
using Dapper;
using MlPlatform.Core;

namespace MlPlatform.Features.Internal;

/// <summary>One stored view in this process: its storage in the online database and the cache in front of it.</summary>
/// <remarks>
/// Each writing transaction adds one to the storage's row version. A process that knows the version before its own write keeps its cache and
/// brings the change into it; any other step of the version means that another process wrote, and empties the cache.
/// </remarks>
internal sealed class OnlineView(StoredViewDefinition definition, IMetadataDatabase database, Clocks clocks, FeaturesOptions options)
{
    private readonly EntryCache cache = new(options.CacheBytesPerView);
    private readonly Lock gate = new();
    private long storageId = -1;
    private long version = -1;
    private long checkedAt;

    public StoredViewDefinition Definition => definition;

    public long StorageId => storageId;

    /// <summary>Finds or makes the storage of the view's present shape.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        if (storageId >= 0)
        {
            return;
        }

        const string Sql = """
            INSERT INTO fs_storage (view_name, hash, applied, row_version) VALUES (@Name, @StorageHash, '', 0)
            ON CONFLICT (view_name, hash) DO UPDATE SET row_version = fs_storage.row_version RETURNING id
            """;
        storageId = await database
            .WriteAsync(
                Durability.Process,
                work => work.Connection.ExecuteScalarAsync<long>(Sql, new { definition.Name, definition.StorageHash }, work.Transaction),
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    /// <summary>Whether the cache may be older than allowed.</summary>
    public bool IsStale => Volatile.Read(ref version) < 0 || clocks.Work.GetElapsedTime(Volatile.Read(ref checkedAt)) > options.CacheMaxAge;

    /// <summary>What the cache holds for a key; null when it must be loaded.</summary>
    public OnlineEntry? Find(ReadOnlySpan<byte> key) => cache.Find(key);

    /// <summary>What the database holds for a key while a transaction makes a row version, if the cache knows it; null when it must be read.</summary>
    /// <remarks>The transaction has locked the storage's row, so nobody else is between the version before its own and it.</remarks>
    public OnlineEntry? FindBefore(long rowVersion, byte[] key)
    {
        lock (gate)
        {
            return version == rowVersion - 1 ? cache.Find(key) : null;
        }
    }

    /// <summary>Asks the database whether another process has written.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        var asked = clocks.Work.GetTimestamp();
        var known = Volatile.Read(ref version);
        var found = await database
            .ReadAsync(
                connection =>
                    connection.ExecuteScalarAsync<long>("SELECT row_version FROM fs_storage WHERE id = @storageId", new { storageId }),
                cancellationToken
            )
            .ConfigureAwait(false);
        lock (gate)
        {
            if (version == known && found != known)
            {
                cache.Clear();
                version = found;
            }

            checkedAt = asked;
        }
    }

    /// <summary>Loads a key, into the cache too unless something was written meanwhile.</summary>
    public async Task<OnlineEntry> LoadAsync(byte[] key, CancellationToken cancellationToken)
    {
        var before = Volatile.Read(ref version);
        var entry = await database.ReadAsync(c => ReadEntryAsync(c, key), cancellationToken).ConfigureAwait(false);
        lock (gate)
        {
            if (version == before) // Else a write came in between, which the cache must not miss; the answer is as good as any of its time.
            {
                cache.Set(key, entry);
            }
        }

        return entry;
    }

    /// <summary>Writes rows inside a transaction, once each: what the storage has applied already is left out.</summary>
    /// <param name="work">The transaction.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="ranges">The sequences that the storage has applied afterwards.</param>
    /// <param name="now">Platform time.</param>
    public async Task<OnlineChange> ApplyAsync(
        IUnitOfWork work,
        IReadOnlyList<StoredRow> rows,
        IReadOnlyList<(long First, long Last)> ranges,
        long now
    )
    {
        // The update comes first: it locks the storage's row, so that no other transaction changes the same tiles in between.
        const string Lock = "UPDATE fs_storage SET row_version = row_version + 1 WHERE id = @storageId RETURNING row_version, applied";
        var (next, text) = await work
            .Connection.QuerySingleAsync<(long, string)>(Lock, new { storageId }, work.Transaction)
            .ConfigureAwait(false);
        var applied = SequenceRanges.Parse(text);
        var change = new OnlineChange(this, next, now);
        using (var writer = new OnlineWriter(work, this, change))
        {
            writer.Write(rows.Where(r => !applied.Contains(r.Stamp.Sequence)));
        }

        foreach (var (first, last) in ranges)
        {
            applied.Add(first, last);
        }

        await work
            .Connection.ExecuteAsync(
                "UPDATE fs_storage SET applied = @applied WHERE id = @storageId",
                new { applied = applied.ToString(), storageId },
                work.Transaction
            )
            .ConfigureAwait(false);
        return change;
    }

    /// <summary>Brings a committed change into the cache.</summary>
    public void Committed(OnlineChange change)
    {
        lock (gate)
        {
            if (version != change.RowVersion - 1)
            {
                cache.Clear();
            }

            if (version >= change.RowVersion)
            {
                return; // A later change was here first; what it did not hold is read from the database.
            }

            version = change.RowVersion;
            foreach (var (key, rows) in change.Rows)
            {
                cache.Set(key, new RowEntry(definition.Codec, rows));
            }

            foreach (var (key, (tiles, ahead)) in change.Tiles)
            {
                if (cache.Find(key) is TileEntry entry)
                {
                    cache.Set(key, entry.With(tiles, ahead, change.Now));
                }
            }
        }
    }

    public async Task<SequenceRanges> ReadAppliedAsync(CancellationToken cancellationToken) =>
        SequenceRanges.Parse(
            await database
                .ReadAsync(
                    connection =>
                        connection.ExecuteScalarAsync<string>("SELECT applied FROM fs_storage WHERE id = @storageId", new { storageId }),
                    cancellationToken
                )
                .ConfigureAwait(false)
                ?? string.Empty
        );

    private async Task<OnlineEntry> ReadEntryAsync(DbConnection connection, byte[] key)
    {
        var parameters = new { storageId, key };
        if (definition.Tiles is not { } layout)
        {
            const string Row = "SELECT data FROM fs_row WHERE storage_id = @storageId AND entity_key = @key";
            var data = await connection.QuerySingleOrDefaultAsync<byte[]>(Row, parameters).ConfigureAwait(false);
            return new RowEntry(definition.Codec, data is null ? [] : RowList.Read(data));
        }

        const string Tiles = "SELECT hop, start, data FROM fs_tile WHERE storage_id = @storageId AND entity_key = @key ORDER BY hop, start";
        var rows = (await connection.QueryAsync<(long Hop, long Start, byte[] Data)>(Tiles, parameters).ConfigureAwait(false)).AsList();
        var starts = layout.Hops.Select(h => rows.Where(r => r.Hop == h.Hop).Select(r => r.Start).ToArray()).ToArray();
        var slots = layout
            .Hops.Select(h => rows.Where(r => r.Hop == h.Hop).SelectMany(r => Slots.Read(r.Data, h.Width)).ToArray())
            .ToArray();
        var ahead = rows.Where(r => r.Hop == OnlineWriter.AheadHop).SelectMany(r => Slots.Read(r.Data, 0)).ToArray();
        return new TileEntry(layout, starts, slots, ahead);
    }
}
