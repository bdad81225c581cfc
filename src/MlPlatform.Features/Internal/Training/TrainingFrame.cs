using MlPlatform.Core;

namespace MlPlatform.Features.Internal;

/// <summary>The given rows as columns, those that the service reads in the types that it declares.</summary>
internal sealed class TrainingFrame
{
    private TrainingFrame(IReadOnlyList<FeatureColumn> columns, int rows, string timeColumn)
    {
        Columns = columns;
        Rows = rows;
        TimeColumn = timeColumn;
    }

    public IReadOnlyList<FeatureColumn> Columns { get; }

    public int Rows { get; }

    public string TimeColumn { get; }

    public static TrainingFrame Of<TRow>(ServicePlan plan, IReadOnlyList<TRow> rows, string? timeColumn)
        where TRow : class
    {
        var findings = new List<string>();
        var shape = RecordShape.Of(typeof(TRow), plan.Reference, findings);
        if (findings.Count > 0)
        {
            throw new FeatureInputException(
                plan.Reference,
                typeof(TRow).Name,
                $"cannot be a row of a training set: {string.Join(' ', findings)}"
            );
        }

        foreach (var column in plan.Inputs.Columns.Where(c => shape.IndexOf(c.Name) < 0))
        {
            throw new FeatureInputException(
                plan.Reference,
                column.Name,
                $"is missing; {typeof(TRow).Name} has {string.Join(", ", shape.Columns.Select(c => c.Name))}"
            );
        }

        var writers = Array.ConvertAll(
            shape.Columns,
            c => new ColumnWriter(plan.Inputs.Find(c.Name) is { } wanted ? c with { Type = wanted.Type } : c, rows.Count, plan.Reference)
        );
        var values = new FeatureValue[writers.Length];
        for (var row = 0; row < rows.Count; row++)
        {
            shape.Read(
                rows[row] ?? throw new FeatureInputException(plan.Reference, FormattableString.Invariant($"row {row}"), "is null"),
                values
            );
            for (var i = 0; i < writers.Length; i++)
            {
                writers[i].Set(row, values[i]);
            }
        }

        return new(Array.ConvertAll(writers, w => w.Column), rows.Count, FindTime(plan, shape, timeColumn));
    }

    public FeatureColumn this[string name] => Columns.First(c => string.Equals(c.Column.Name, name, StringComparison.Ordinal));

    /// <summary>The columns that an engine needs for one view.</summary>
    public OfflineFrame ToFrame(IEnumerable<string> keys) =>
        new(ColumnReading.ToTable([.. keys.Append(TimeColumn).Distinct(StringComparer.Ordinal).Select(n => this[n])], Rows), TimeColumn);

    private static string FindTime(ServicePlan plan, RecordShape shape, string? wanted)
    {
        var times = shape.Columns.Where(c => c.Type == DataType.Timestamp).Select(c => c.Name).ToArray();
        var found =
            wanted ?? (times.Contains("event_timestamp", StringComparer.Ordinal) || times.Length != 1 ? "event_timestamp" : times[0]);
        return times.Contains(found, StringComparer.Ordinal)
            ? found
            : throw new FeatureInputException(
                plan.Reference,
                found,
                $"is no time column; candidates are: {(times.Length == 0 ? "none" : string.Join(", ", times))}. Name one in {nameof(TrainingSetOptions)}.{nameof(TrainingSetOptions.EventTime)}"
            );
    }
}
