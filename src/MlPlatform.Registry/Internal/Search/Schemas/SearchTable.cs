namespace MlPlatform.Registry.Internal;

/// <summary>A table of values that belong to the things found, most with a key each.</summary>
/// <param name="Name">The table, or a query in parentheses; its value is the column <c>value</c>.</param>
/// <param name="Owner">Its columns that name the thing, beside the thing's own.</param>
internal sealed record SearchTable(string Name, params (string Column, string Of)[] Owner)
{
    /// <summary>Whether values are numbers and <c>is_nan</c> marks those that are none.</summary>
    public bool IsMetric { get; init; }

    /// <summary>Whether the keys are the user's; else the table is one attribute, perhaps with many values.</summary>
    public bool HasKey { get; init; } = true;

    /// <summary>Whether <c>IN</c> is legal.</summary>
    public bool AllowsList { get; init; }

    /// <summary>Whether a key has a row for each dataset.</summary>
    public bool IsPerDataset { get; init; }

    /// <summary>
    /// Whether it has the columns <c>experiment_id</c> and <c>key</c> and is indexed by them and then by <c>is_nan, value</c> (metrics) or
    /// <see cref="Prefix"/> of the value.
    /// </summary>
    public bool IsIndexed { get; init; }

    /// <summary>In characters of the database.</summary>
    public const int PrefixLength = 100;

    /// <summary>The part of a text that is indexed, since long ones fit no index; the migration holds the same expression.</summary>
    public static string Prefix(string value) => $"substr({value}, 1, {PrefixLength})";

    /// <summary>That a row is the thing's.</summary>
    /// <param name="alias">The row.</param>
    /// <param name="driving">
    /// A row that is known to be the thing's: compared with it instead, so that the thing itself is looked up only when all else holds.
    /// </param>
    public string Belongs(string alias, (string Alias, SearchTable Table)? driving = null) =>
        string.Join(
            " AND ",
            Owner.Select(o =>
                driving is { } row && Array.Find(row.Table.Owner, d => d.Of == o.Of) is { Column: { } column }
                    ? $"{alias}.{o.Column} = {row.Alias}.{column}"
                    : $"{alias}.{o.Column} = r.{o.Of}"
            )
        );
}
