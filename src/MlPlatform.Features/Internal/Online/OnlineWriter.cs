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
            var waiting = Scalar(select, key, AheadHop, 0L) is byte[] data ? Slots.Read(data, 0) : [];
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
                foreach (var raw in events.Where(e => e[0] <= change.Now && e[0] > low))
                {
                    var start = hop.StartOf(raw[0]);
                    if (!tiles.TryGetValue((h, start), out var tile))
                    {
                        tile = Scalar(select, key, hop.Hop, start) is byte[] stored ? Slots.Read(stored, hop.Width) : new long[hop.Width];
                        tiles.Add((h, start), tile);
                    }

                    RawEvent.Add(layout, hop, raw, tile);
                }

                Execute(delete, key, hop.Hop, low);
            }

            foreach (var ((h, start), tile) in tiles)
            {
                Execute(upsert, key, layout.Hops[h].Hop, start, Slots.Write(tile));
            }

            change.Tiles[key] = (tiles, ahead);
        }
    }

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
