using System.Data;
using MlPlatform.Core;

namespace MlPlatform.Features.Internal;

/// <summary>The ids of pushed rows, for sources that declare one.</summary>
internal static class SeenIds
{
    /// <summary>Records the ids of rows and gives the positions of those that were known before, or stand earlier in the same push.</summary>
    public static HashSet<int> Insert(IUnitOfWork work, SourceDefinition source, IReadOnlyList<FeatureValue[]> rows) =>
        Run(work, source, rows, "INSERT INTO fs_seen (source, id) VALUES (@source, @id) ON CONFLICT (source, id) DO NOTHING", _ => true);

    /// <summary>Takes back what <see cref="Insert"/> recorded.</summary>
    public static void Remove(IUnitOfWork work, SourceDefinition source, IReadOnlyList<FeatureValue[]> rows, HashSet<int> known) =>
        Run(work, source, rows, "DELETE FROM fs_seen WHERE source = @source AND id = @id", i => !known.Contains(i));

    private static HashSet<int> Run(
        IUnitOfWork work,
        SourceDefinition source,
        IReadOnlyList<FeatureValue[]> rows,
        string sql,
        Func<int, bool> select
    )
    {
        var unchanged = new HashSet<int>();
        if (source.Id < 0)
        {
            return unchanged;
        }

        using var command = work.Connection.CreateCommand();
        command.Transaction = work.Transaction;
        command.CommandText = sql;
        var name = command.CreateParameter();
        (name.ParameterName, name.Value) = ("@source", source.Name);
        var id = command.CreateParameter();
        (id.ParameterName, id.DbType) = ("@id", DbType.Binary);
        command.Parameters.Add(name);
        command.Parameters.Add(id);
        for (var i = 0; i < rows.Count; i++)
        {
            // A row without an id is never a repetition.
            if (select(i) && EntityKey.Of(rows[i], [source.Id]) is { } key)
            {
                id.Value = key;
                if (command.ExecuteNonQuery() == 0)
                {
                    unchanged.Add(i);
                }
            }
        }

        return unchanged;
    }
}
