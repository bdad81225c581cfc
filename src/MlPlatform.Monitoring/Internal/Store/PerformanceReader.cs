using System.Data;
using System.Data.Common;

namespace MlPlatform.Monitoring.Internal;

/// <summary>Joins predictions with outcomes by id and computes metrics from exact scores.</summary>
internal sealed class PerformanceReader(IMetadataDatabase database)
{
    /// <summary>The rows of a model in <c>[from, to)</c> in order of time, shadow traffic left out unless asked for.</summary>
    public Task<List<ScoredRow>> ReadRowsAsync(RowQuery query, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => Task.FromResult(ReadAll(connection, query, cancellationToken)), cancellationToken);

    public async Task<PerformanceReport> ReadAsync(
        string model,
        int? version,
        DateTimeOffset from,
        DateTimeOffset to,
        CancellationToken cancellationToken
    )
    {
        var query = new RowQuery(model, version, StoredTime.ToMicros(from), StoredTime.ToMicros(to), Shadow: false);
        var rows = await ReadRowsAsync(query, cancellationToken).ConfigureAwait(false);
        return Report(new(model, version, from, to), rows);
    }

    private static PerformanceReport Report(PerformanceReport empty, List<ScoredRow> rows)
    {
        var labelled = rows.Count(r => !double.IsNaN(r.Label));
        var usable = rows.Where(r => !double.IsNaN(r.Label) && !double.IsNaN(r.Score)).ToArray();
        double[] labels = [.. usable.Select(r => r.Label)];
        double[] scores = [.. usable.Select(r => r.Score)];
        var report = empty with { Predictions = rows.Count, Labelled = labelled, Unscored = labelled - usable.Length };
        if (usable.Length == 0)
        {
            return report;
        }

        var auc = BinaryMetrics.Auc(labels, scores);
        var interval = auc.Interval();
        var probabilities = Array.TrueForAll(scores, s => s is >= 0 and <= 1);
        return report with
        {
            Auc = auc.Value,
            AucStandardError = auc.StandardError,
            AucLow = interval.Low,
            AucHigh = interval.High,
            LogLoss = probabilities ? BinaryMetrics.LogLoss(labels, scores) : double.NaN,
            Brier = probabilities ? BinaryMetrics.Brier(labels, scores) : double.NaN,
            CalibrationError = probabilities ? BinaryMetrics.ExpectedCalibrationError(labels, scores) : double.NaN,
            MeanPredicted = scores.Average(),
            MeanObserved = labels.Average(),
        };
    }

    // Synchronous: hundreds of thousands of rows are read here, and a state machine a row would cost more than the rows.
    private static List<ScoredRow> ReadAll(DbConnection connection, RowQuery query, CancellationToken cancellationToken)
    {
        // The layouts are few; going from them lets the index on (layout, time) find the rows.
        const string Sql = """
            SELECT p.time, p.score, o.label, p.class
            FROM mon_layout l
            JOIN mon_prediction p ON p.layout_id = l.id
            LEFT JOIN mon_outcome o ON o.id = p.id
            WHERE l.model = @model AND (@version < 0 OR l.version = @version) AND p.time >= @from AND p.time < @to AND (p.route < 2 OR p.route = 2 AND @shadow = 1)
            ORDER BY p.time, p.id
            """;
        var rows = new List<ScoredRow>();
        using var command = connection.CreateCommand();
        command.CommandText = Sql;
        command.AddParameter("@model", DbType.String).Value = query.Model;
        command.AddParameter("@version", DbType.Int32).Value = query.Version ?? -1;
        command.AddParameter("@from", DbType.Int64).Value = query.From;
        command.AddParameter("@to", DbType.Int64).Value = query.To;
        command.AddParameter("@shadow", DbType.Int32).Value = query.Shadow ? 1 : 0;
        using var reader = command.ExecuteReader();
        var stride = 1L;
        for (var i = 0L; reader.Read(); i++)
        {
            if ((i & 4095) == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            if (i % stride != 0)
            {
                continue;
            }

            if (rows.Count == query.Most)
            {
                Halve(rows);
                stride *= 2;
                if (i % stride != 0)
                {
                    continue;
                }
            }

            rows.Add(new(reader.GetInt64(0), ReadDouble(reader, 1), ReadDouble(reader, 2), reader.GetInt32(3)));
        }

        return rows;
    }

    /// <summary>Leaves each second row, from the first one on.</summary>
    private static void Halve(List<ScoredRow> rows)
    {
        var kept = (rows.Count + 1) / 2;
        for (var i = 1; i < kept; i++)
        {
            rows[i] = rows[2 * i];
        }

        rows.RemoveRange(kept, rows.Count - kept);
    }

    private static double ReadDouble(DbDataReader reader, int column) => reader.IsDBNull(column) ? double.NaN : reader.GetDouble(column);
}
