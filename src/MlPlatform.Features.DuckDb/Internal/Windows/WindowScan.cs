using DuckDB.NET.Data;
using MlPlatform.Core;

namespace MlPlatform.Features.DuckDb.Internal;

/// <summary>Computes all features of a view in one pass over events and entity rows, key by key and in the order of their times.</summary>
/// <remarks>
/// The engine sorts, within its memory limit; here only the events are held that the widest window of the present key may still need. Nothing
/// depends on which thread read what, so equal input gives equal bits. Events are numbered across all keys: a window that begins with the first
/// event of its key cannot hold one of another.
/// </remarks>
internal sealed class WindowScan
{
    /// <summary>The columns before the inputs: the key, the time, and the entity row's place, null for an event.</summary>
    private const int KeyOrdinal = 0;
    private const int TimeOrdinal = 1;
    private const int RowOrdinal = 2;
    private const int FirstInput = 3;
    private const long LeastForgotten = 4096;

    private readonly EventColumn<long> times = new(Comparer<long>.Default, v => v, v => v);
    private readonly EventColumn? created;
    private readonly EventColumn[] columns;
    private readonly WindowSpan[] spans;
    private readonly WindowAggregate[] aggregates;
    private readonly ExtremeAggregate? newest;
    private readonly bool[][] nulls;
    private readonly WindowSpan widest = new(TimeSpan.Zero, TimeSpan.Zero);
    private readonly long[] newestTime = new long[1];
    private long forgotten;
    private long next;

    public WindowScan(WindowedView view, StagedTable source, int rows)
    {
        var inputs = WindowSql.Inputs(view);
        columns = [.. inputs.Select((_, i) => EventColumn.Of(source.Types[$"v{i}"]))];
        var bySpan = view.Features.Select(f => (f.Window, f.Hop)).Distinct().ToDictionary(s => s, s => new WindowSpan(s.Window, s.Hop));
        spans = [.. bySpan.Values];
        aggregates =
        [
            .. view.Features.Select(f =>
            {
                var input = f.Column is null ? -1 : inputs.ToList().IndexOf(f.Column);
                return WindowAggregate.Of(
                    f.Function,
                    bySpan[(f.Window, f.Hop)],
                    input < 0 ? null : columns[input],
                    input < 0 ? null : source.Types[$"v{input}"],
                    rows
                );
            }),
        ];
        nulls = [.. view.Features.Select(_ => Enumerable.Repeat(true, rows).ToArray())];
        if (source.Has("created"))
        {
            created = EventColumn.Of(DataType.Int64);
            newest = new(widest, created, greatest: true) { Target = newestTime };
        }
    }

    /// <summary>Entity rows with at least one event in a window.</summary>
    public long Matched { get; private set; }

    /// <summary>Entity rows that used an event created after their time.</summary>
    public long Late { get; private set; }

    /// <summary>The results of a feature; rows without a key or a time are null.</summary>
    public (Array Values, bool[] Nulls) this[int feature] => (aggregates[feature].Target, nulls[feature]);

    public void Run(DuckDBDataReader reader, CancellationToken cancellationToken)
    {
        long key = -1;
        for (long read = 0; reader.Read(); read++)
        {
            if ((read & 0xFFF) == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            var present = reader.GetInt64(KeyOrdinal);
            if (present != key)
            {
                key = present;
                BeginKey();
            }

            if (reader.IsDBNull(RowOrdinal))
            {
                Add(reader);
            }
            else
            {
                Write(reader.GetInt64(TimeOrdinal), checked((int)reader.GetInt64(RowOrdinal)));
            }
        }
    }

    private void BeginKey()
    {
        foreach (var span in spans)
        {
            span.Start = next;
        }

        widest.Start = next;
    }

    private void Add(DuckDBDataReader reader)
    {
        times.Add(reader, TimeOrdinal);
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i].Add(reader, FirstInput + i);
        }

        created?.Add(reader, FirstInput + columns.Length);
        foreach (var aggregate in aggregates)
        {
            aggregate.Add(next);
        }

        newest?.Add(next);
        next++;
        if (widest.Start - forgotten >= LeastForgotten && widest.Start - forgotten > (next - forgotten) / 2)
        {
            Forget();
        }
    }

    private void Write(long time, int row)
    {
        widest.Start = next;
        foreach (var span in spans)
        {
            var low = span.LowAt(time);
            while (span.Start < next && times[span.Start] <= low)
            {
                span.Start++;
            }

            widest.Start = Math.Min(widest.Start, span.Start);
        }

        for (var i = 0; i < aggregates.Length; i++)
        {
            nulls[i][row] = !aggregates[i].Write(next, row);
        }

        Matched += widest.Start < next ? 1 : 0;
        Late += newest is not null && newest.Write(next, 0) && newestTime[0] > time ? 1 : 0;
    }

    private void Forget()
    {
        forgotten = widest.Start;
        times.Forget(forgotten);
        created?.Forget(forgotten);
        foreach (var column in columns)
        {
            column.Forget(forgotten);
        }
    }
}
