using System.Text.Json;
using MlPlatform.Core.Internal;

namespace MlPlatform.Core;

/// <summary>The columns of a table, a feature view, or one side of a model's signature.</summary>
/// <remarks>Immutable; equality compares columns in order.</remarks>
public sealed class DataSchema : IEquatable<DataSchema>
{
    /// <summary>A schema without columns.</summary>
    public static DataSchema Empty { get; } = new([]);

    /// <summary>Makes a schema.</summary>
    /// <exception cref="ArgumentException">A column's name is blank or appears twice.</exception>
    public DataSchema(IEnumerable<DataColumn> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        Columns = [.. columns];
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var column in Columns)
        {
            if (string.IsNullOrWhiteSpace(column?.Name)) // A null column comes from JSON.
            {
                throw new ArgumentException("A column has no name.", nameof(columns));
            }

            if (!seen.Add(column.Name))
            {
                throw new ArgumentException($"Column '{column.Name}' appears twice.", nameof(columns));
            }
        }
    }

    /// <summary>The columns in order.</summary>
    public IReadOnlyList<DataColumn> Columns { get; }

    /// <summary>The column of that name, or null.</summary>
    public DataColumn? Find(string name) => Columns.FirstOrDefault(c => string.Equals(c.Name, name, StringComparison.Ordinal));

    /// <summary>The position of a column, or -1.</summary>
    public int IndexOf(string name)
    {
        for (var i = 0; i < Columns.Count; i++)
        {
            if (string.Equals(Columns[i].Name, name, StringComparison.Ordinal))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Writes the schema as a JSON array of columns.</summary>
    public string ToJson() => JsonSerializer.Serialize(Columns, CoreJson.Default.IReadOnlyListDataColumn);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="JsonException">The text is not such an array.</exception>
    public static DataSchema FromJson(string json) =>
        new(
            JsonSerializer.Deserialize(json, CoreJson.Default.IReadOnlyListDataColumn)
                ?? throw new JsonException("A schema was expected, not null.")
        );

    /// <inheritdoc/>
    public bool Equals(DataSchema? other) => other is not null && Columns.SequenceEqual(other.Columns);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as DataSchema);

    /// <inheritdoc/>
    public override int GetHashCode() => Columns.Aggregate(0, (hash, column) => HashCode.Combine(hash, column));

    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", Columns);
}
