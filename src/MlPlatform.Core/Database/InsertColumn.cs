namespace MlPlatform.Core;

/// <summary>A column of rows that are inserted together by <see cref="SqlDialect.InsertAsync"/>: a value for each row, or one value for all of them.</summary>
/// <remarks>Immutable but for its arrays, which the caller must leave alone until the rows are inserted.</remarks>
public sealed class InsertColumn
{
    /// <summary>The same text in every row.</summary>
    /// <param name="name">The column's name, as it stands in the statement.</param>
    /// <param name="value">The text.</param>
    public InsertColumn(string name, string value)
        : this(name, (object)value, null) { }

    /// <summary>The same integer in every row.</summary>
    /// <param name="name">The column's name, as it stands in the statement.</param>
    /// <param name="value">The integer.</param>
    public InsertColumn(string name, long value)
        : this(name, (object)value, null) { }

    /// <summary>A text for each row, or null.</summary>
    /// <param name="name">The column's name, as it stands in the statement.</param>
    /// <param name="values">The texts, one for each row.</param>
    public InsertColumn(string name, string?[] values)
        : this(name, values, values?.Length) { }

    /// <summary>An integer for each row.</summary>
    /// <param name="name">The column's name, as it stands in the statement.</param>
    /// <param name="values">The integers, one for each row.</param>
    public InsertColumn(string name, long[] values)
        : this(name, values, values?.Length) { }

    /// <summary>A number for each row; a database may refuse not-a-number.</summary>
    /// <param name="name">The column's name, as it stands in the statement.</param>
    /// <param name="values">The numbers, one for each row.</param>
    public InsertColumn(string name, double[] values)
        : this(name, values, values?.Length) { }

    /// <summary>A number for each row, or null; a database may refuse not-a-number.</summary>
    /// <param name="name">The column's name, as it stands in the statement.</param>
    /// <param name="values">The numbers, one for each row.</param>
    public InsertColumn(string name, double?[] values)
        : this(name, values, values?.Length) { }

    /// <summary>The 16 bytes of an id for each row, the most significant first, for a column of bytes.</summary>
    /// <param name="name">The column's name, as it stands in the statement.</param>
    /// <param name="values">The ids, one for each row.</param>
    public InsertColumn(string name, Guid[] values)
        : this(name, values, values?.Length) { }

    private InsertColumn(string name, object? values, int? count)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(values);
        Name = name;
        Values = values;
        Count = count;
    }

    /// <summary>The column's name.</summary>
    public string Name { get; }

    /// <summary>
    /// An array of <see cref="string"/>, <see cref="long"/>, <see cref="double"/>, nullable <see cref="double"/> or <see cref="Guid"/>; or one
    /// <see cref="string"/> or <see cref="long"/> for all rows.
    /// </summary>
    public object Values { get; }

    /// <summary>How many rows there are; null where one value is for all of them.</summary>
    public int? Count { get; }

    /// <summary>How many rows the columns hold.</summary>
    /// <param name="columns">Columns of the same rows.</param>
    /// <exception cref="ArgumentException">They hold different numbers of rows, or none has a value for each row.</exception>
    public static int CountRows(IReadOnlyList<InsertColumn> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        var counts = columns.Select(c => c.Count).OfType<int>().Distinct().ToList();
        return counts.Count == 1
            ? counts[0]
            : throw new ArgumentException(
                $"The columns {string.Join(", ", columns.Select(c => $"'{c.Name}' ({c.Count?.ToString() ?? "one for all"})"))} do not hold the same number of rows.",
                nameof(columns)
            );
    }
}
