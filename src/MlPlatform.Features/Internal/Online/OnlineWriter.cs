using System.Data;
using System.Data.Common;
using MlPlatform.Core;

namespace MlPlatform.Features.Internal;

/// <summary>Writes rows or tiles of one storage within a transaction, with prepared statements.</summary>
internal sealed class OnlineWriter(IUnitOfWork work, OnlineView view, OnlineChange change) : IDisposable
{
    /// <summary>The hop under which a key's events wait that came ahead of the clock.</summary>
    public const long AheadHop = 0;

    private readonly List<DbCommand> commands = [];
    private readonly StoredViewDefinition definition = view.Definition;

    public void Write(IEnumerable<StoredRow> rows)
    {
        var byKey = new Dictionary<byte[], List<StoredRow>>(KeyComparer.Instance);
        var low = definition.Tiles?.Hops.Min(h => h.Floor(change.Now - h.Longest));
        foreach (var row in rows)
        {
            // Events behind every window would be dropped again at once.
            if (!(row.Stamp.EventMicros <= low) && EntityKey.Of(row.Values, definition.SourceKeys) is { } key)
            {
                (byKey.TryGetValue(key, out var list) ? list : byKey[key] = []).Add(row);
            }
        }

        if (byKey.Count == 0)
        {
            return;
        }

        if (definition.Tiles is { } layout)
        {
            WriteTiles(layout, byKey);
        }
        else
        {
            WriteRows(byKey);
        }
    }

    public void Dispose() => commands.ForEach(c => c.Dispose());

    private void WriteRows(Dictionary<byte[], List<StoredRow>> byKey)
    {
        var select = Command("SELECT data FROM fs_row WHERE storage_id = @storage AND entity_key = @key");
        var upsert = Command(
            """
            INSERT INTO fs_row (storage_id, entity_key, data) VALUES (@storage, @key, @data)
            ON CONFLICT (storage_id, entity_key) DO UPDATE SET data = excluded.data
            """,
            ("@data", DbType.Binary)
        );
        foreach (var (key, rows) in byKey)
        {
            var stored = Scalar(select, key) is byte[] data ? RowList.Read(data) : [];
            var encoded = rows.Select(r => definition.Codec.Encode(r.Stamp, Array.ConvertAll(definition.Inputs, i => r.Values[i])));
            var kept = RowList.Keep(stored.Concat(encoded), change.Now);
            Execute(upsert, key, RowList.Write(kept));
            change.Rows[key] = kept;
        }
    }

    private void WriteTiles(TileLayout layout, Dictionary<byte[], List<StoredRow>> byKey)
    {
        var select = Command(
            "SELECT data FROM fs_tile WHERE storage_id = @storage AND entity_key = @key AND hop = @hop AND start = @start",
            ("@hop", DbType.Int64),
            ("@start", DbType.Int64)
        );

        // Almost every key needs just these two: a statement each would double what the reads cost.
        var selectFirst = Command(
            """
            SELECT hop, data FROM fs_tile WHERE storage_id = @storage AND entity_key = @key AND hop = 0 AND start = 0
            UNION ALL SELECT hop, data FROM fs_tile WHERE storage_id = @storage AND entity_key = @key AND hop = @hop AND start = @start
            """,
            ("@hop", DbType.Int64),
            ("@start", DbType.Int64)
        );
        var upsert = Command(
            """
            INSERT INTO fs_tile (storage_id, entity_key, hop, start, data) VALUES (@storage, @key, @hop, @start, @data)
            ON CONFLICT (storage_id, entity_key, hop, start) DO UPDATE SET data = excluded.data
            """,
            ("@hop", DbType.Int64),
            ("@start", DbType.Int64),
            ("@data", DbType.Binary)
        );
        var delete = Command(
            "DELETE FROM fs_tile WHERE storage_id = @storage AND entity_key = @key AND hop = @hop AND start < @start",
            ("@hop", DbType.Int64),
            ("@start", DbType.Int64)
        );
        foreach (var (key, rows) in byKey)
        {
            var firstStart = layout.Hops[0].StartOf(rows[0].Stamp.EventMicros);
            var cached = view.FindBefore(change.RowVersion, key) as TileEntry;
            var (waiting, firstTile) = cached is null
                ? First(selectFirst, key, layout.Hops[0], firstStart)
                : (cached.Ahead.ToArray(), null);
            var events = waiting.Chunk(layout.EventWidth).Concat(rows.Select(r => RawEvent.Of(layout, r, definition.Inputs))).ToList();
            var ahead = events.Where(e => e[0] > change.Now).SelectMany(e => e).ToArray();
            if (ahead.Length > 0 || waiting.Length > 0)
            {
                Execute(upsert, key, AheadHop, 0L, Slots.Write(ahead));
            }

            var tiles = new Dictionary<(int Hop, long Start), long[]>();
            for (var h = 0; h < layout.Hops.Length; h++)
            {
                var hop = layout.Hops[h];
                var low = hop.Floor(change.Now - hop.Longest);
                var begun = false;
                foreach (var raw in events.Where(e => e[0] <= change.Now && e[0] > low))
                {
                    var start = hop.StartOf(raw[0]);
                    if (!tiles.TryGetValue((h, start), out var tile))
                    {
                        var stored =
                            cached is not null ? cached.CopyOf(h, start)
                            : h == 0 && start == firstStart ? firstTile
                            : Stored(select, key, hop, start);
                        begun |= stored is null;
                        tile = stored ?? new long[hop.Width];
                        tiles.Add((h, start), tile);
                    }

                    RawEvent.Add(layout, hop, raw, tile);
                }

                // Tiles behind every window are never read, so it is enough that a key which gains a tile loses them.
                if (begun)
                {
                    Execute(delete, key, hop.Hop, low);
                }
            }

            foreach (var ((h, start), tile) in tiles)
            {
                Execute(upsert, key, layout.Hops[h].Hop, start, Slots.Write(tile));
            }

            change.Tiles[key] = (tiles, ahead);
        }
    }

    /// <summary>The events of a key that wait, and its tile of a start.</summary>
    private static (long[] Waiting, long[]? Tile) First(DbCommand command, byte[] key, HopLayout hop, long start)
    {
        Set(command, key, [hop.Hop, start]);
        using var reader = command.ExecuteReader();
        long[] waiting = [];
        long[]? tile = null;
        while (reader.Read())
        {
            var data = (byte[])reader.GetValue(1);
            if (reader.GetInt64(0) == AheadHop)
            {
                waiting = Slots.Read(data, 0);
            }
            else
            {
                tile = Slots.Read(data, hop.Width);
            }
        }

        return (waiting, tile);
    }

    private static long[]? Stored(DbCommand command, byte[] key, HopLayout hop, long start) =>
        Scalar(command, key, hop.Hop, start) is byte[] data ? Slots.Read(data, hop.Width) : null;

    private DbCommand Command(string sql, params (string Name, DbType Type)[] further)
    {
        var command = work.Connection.CreateCommand();
        commands.Add(command);
        command.Transaction = work.Transaction;
        command.CommandText = sql;
        Parameter(command, "@storage", DbType.Int64).Value = view.StorageId;
        Parameter(command, "@key", DbType.Binary);
        foreach (var (name, type) in further)
        {
            Parameter(command, name, type);
        }

        return command;
    }

    private static DbParameter Parameter(DbCommand command, string name, DbType type)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.DbType = type;
        command.Parameters.Add(parameter);
        return parameter;
    }

    private static object? Scalar(DbCommand command, byte[] key, params object[] further)
    {
        Set(command, key, further);
        return command.ExecuteScalar();
    }

    private static void Execute(DbCommand command, byte[] key, params object[] further)
    {
        Set(command, key, further);
        command.ExecuteNonQuery();
    }

    private static void Set(DbCommand command, byte[] key, object[] further)
    {
        command.Parameters[1].Value = key;
        for (var i = 0; i < further.Length; i++)
        {
            command.Parameters[i + 2].Value = further[i];
        }
    }
}
