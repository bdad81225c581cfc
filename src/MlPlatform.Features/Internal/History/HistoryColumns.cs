using MlPlatform.Core;

namespace MlPlatform.Features.Internal;

/// <summary>The columns of a source's history: those of its record and the ingest sequence.</summary>
internal static class HistoryColumns
{
    private const ushort Kind = 21;
    private const ushort FormatVersion = 1;

    public static IReadOnlyList<FeatureColumn> Of(SourceDefinition source, IReadOnlyList<FeatureValue[]> rows, long firstSequence)
    {
        var writers = Array.ConvertAll(source.Shape.Columns, c => new ColumnWriter(c with { Nullable = true }, rows.Count, source.Name));
        for (var row = 0; row < rows.Count; row++)
        {
            for (var i = 0; i < writers.Length; i++)
            {
                writers[i].Set(row, rows[row][i]);
            }
        }

        var sequences = new long[rows.Count];
        for (var row = 0; row < sequences.Length; row++)
        {
            sequences[row] = firstSequence + row;
        }

        return
        [
            .. writers.Select(w => w.Column),
            new(new(SourceDefinition.SequenceColumn, DataType.Int64), sequences, new bool[rows.Count]),
        ];
    }

    public static byte[] ToBytes(IReadOnlyList<FeatureColumn> columns, int rows)
    {
        var payload = new MemoryStream();
        using (var writer = new BinaryWriter(payload))
        {
            ColumnBytes.Write(writer, columns, rows);
        }

        return BlobFrame.Write(Kind, FormatVersion, payload.ToArray());
    }

    /// <summary>The rows of several unsealed parts in the source's present columns; a column that did not exist then is null.</summary>
    public static IReadOnlyList<FeatureColumn> Join(SourceDefinition source, IReadOnlyList<HistoryPart> parts)
    {
        var columns = source
            .Shape.Columns.Select(c => c with { Nullable = true })
            .Append(new(SourceDefinition.SequenceColumn, DataType.Int64));
        var total = parts.Sum(p => p.Rows);
        var writers = columns.Select(c => new ColumnWriter(c, total, source.Name)).ToArray();
        var at = 0;
        foreach (var part in parts)
        {
            using var reader = new BinaryReader(
                new MemoryStream(BlobFrame.Read(part.Data, Kind, FormatVersion).ToArray(), writable: false)
            );
            var (stored, rows) = ColumnBytes.Read(reader);
            foreach (var writer in writers)
            {
                var from = stored.FirstOrDefault(c => string.Equals(c.Column.Name, writer.Column.Column.Name, StringComparison.Ordinal));
                for (var row = 0; row < rows; row++)
                {
                    writer.Set(at + row, from?.Value(row) ?? FeatureValue.Null);
                }
            }

            at += rows;
        }

        return [.. writers.Select(w => w.Column)];
    }

    /// <summary>Rows in the layout of the source from some of its columns and, last, the sequence; the columns not given are null.</summary>
    public static IEnumerable<StoredRow> Rows(SourceDefinition source, IReadOnlyList<FeatureColumn> columns)
    {
        var places = columns.Select(c => source.Shape.IndexOf(c.Column.Name)).ToArray();
        var sequence = columns
            .Single(c => string.Equals(c.Column.Name, SourceDefinition.SequenceColumn, StringComparison.Ordinal))
            .As<long>()
            .ToArray();
        for (var row = 0; row < sequence.Length; row++)
        {
            var values = new FeatureValue[source.Shape.Columns.Length];
            for (var i = 0; i < places.Length; i++)
            {
                if (places[i] >= 0)
                {
                    values[places[i]] = columns[i].Value(row);
                }
            }

            yield return new(values, source.Stamp(values, sequence[row]));
        }
    }
}
