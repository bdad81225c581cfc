namespace MlPlatform.Registry.Internal;

/// <summary>A property of the things found that is a column, or an expression over columns.</summary>
/// <param name="Sql">The expression, on the alias <c>r</c>.</param>
/// <param name="Type">Its type.</param>
internal sealed record SearchAttribute(string Sql, SearchType Type = SearchType.Text)
{
    public bool IsNullable { get; init; }

    /// <summary>Whether <c>IN</c> is legal.</summary>
    public bool AllowsList { get; init; }

    /// <summary>Whether an index finds a value of it within an experiment.</summary>
    public bool IsIndexed { get; init; }
}
