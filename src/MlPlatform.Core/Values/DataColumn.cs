using System.Text.Json.Serialization;

namespace MlPlatform.Core;

/// <summary>One column of a <see cref="DataSchema"/>.</summary>
/// <param name="Name">Its name, unique in the schema by ordinal comparison.</param>
/// <param name="Type">The type of a value, or of an element when <see cref="IsList"/> is true.</param>
public sealed record DataColumn(string Name, DataType Type)
{
    /// <summary>Whether a value may be missing. Default: false.</summary>
    public bool Nullable { get; init; }

    /// <summary>Whether a value is a list of <see cref="Type"/>. Default: false.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsList { get; init; }

    /// <summary>The shape of a tensor, -1 for a variable dimension; null for a scalar.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int>? Shape { get; init; }

    /// <summary>What the value means, for example <c>probability</c> or <c>categorical</c>; null when unsaid.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Semantic { get; init; }

    /// <inheritdoc/>
    public bool Equals(DataColumn? other) =>
        other is not null
        && string.Equals(Name, other.Name, StringComparison.Ordinal)
        && Type == other.Type
        && Nullable == other.Nullable
        && IsList == other.IsList
        && string.Equals(Semantic, other.Semantic, StringComparison.Ordinal)
        && (Shape is null ? other.Shape is null : other.Shape is not null && Shape.SequenceEqual(other.Shape));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Type, Nullable, IsList);

    /// <inheritdoc/>
    public override string ToString()
    {
        var type = IsList ? $"list<{Type}>" : Type.ToString();
        var shape = Shape is null ? string.Empty : $"[{string.Join(',', Shape)}]";
        return $"{Name}: {type.ToLowerInvariant()}{shape}{(Nullable ? "?" : string.Empty)}";
    }
}
