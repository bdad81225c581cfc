using System.Data;
using System.Data.Common;

namespace MlPlatform.Monitoring.Internal;

/// <summary>Stores outcomes by prediction id, whether or not the prediction is stored yet.</summary>
internal sealed class OutcomeStore(IMetadataDatabase database, Clocks clocks)
{
    public Task<int> RecordAsync(IReadOnlyCollection<Outcome> outcomes, CancellationToken cancellationToken)
    {
        foreach (var outcome in outcomes)
        {
            if (!double.IsFinite(outcome.Label))
            {
                throw new ArgumentException(
                    $"The label of prediction {outcome.PredictionId} is {outcome.Label}; a finite number was expected.",
                    nameof(outcomes)
                );
            }
        }

        return outcomes.Count == 0
            ? Task.FromResult(0)
            : database.WriteAsync(Durability.Process, unit => Task.FromResult(Record(unit, outcomes)), cancellationToken);
    }

    // Synchronous on purpose: the body has the writer to itself, and a prepared statement a row is the fastest portable way.
    private int Record(IUnitOfWork unit, IReadOnlyCollection<Outcome> outcomes)
    {
        var now = clocks.Platform.NowMicros();
        using var insert = Command(
            unit,
            "INSERT INTO mon_outcome (id, label, at, recorded_at) VALUES (@id, @label, @at, @now) ON CONFLICT (id) DO NOTHING"
        );
        using var keep = Command(
            unit,
            $"""
            INSERT INTO mon_outcome_audit (id, label, at, recorded_at, replaced_at)
            SELECT id, label, at, recorded_at, @now FROM mon_outcome WHERE id = @id AND label <> @label {database.Dialect.ForUpdate()}
            """
        );
        using var update = Command(
            unit,
            "UPDATE mon_outcome SET label = @label, at = @at, recorded_at = @now WHERE id = @id AND label <> @label"
        );
        var changed = 0;
        foreach (var outcome in outcomes)
        {
            var id = outcome.PredictionId.Value.ToByteArray(bigEndian: true);
            var at = StoredTime.ToMicros(outcome.At) ?? now;
            if (Execute(insert, id, outcome.Label, at, now) > 0)
            {
                changed++;
            }
            else if (Execute(keep, id, outcome.Label, at, now) > 0)
            {
                changed += Execute(update, id, outcome.Label, at, now);
            }
        }

        return changed;
    }

    private static int Execute(DbCommand command, byte[] id, double label, long at, long now)
    {
        command.Parameters[0].Value = id;
        command.Parameters[1].Value = label;
        command.Parameters[2].Value = at;
        command.Parameters[3].Value = now;
        return command.ExecuteNonQuery();
    }

    private static DbCommand Command(IUnitOfWork unit, string sql)
    {
        var command = unit.Connection.CreateCommand();
        command.Transaction = unit.Transaction;
        command.CommandText = sql;
        command.AddParameter("@id", DbType.Binary);
        command.AddParameter("@label", DbType.Double);
        command.AddParameter("@at", DbType.Int64);
        command.AddParameter("@now", DbType.Int64);
        return command;
    }
}
