namespace MlPlatform.Registry.Internal;

/// <summary>What a clause or an order speaks of, as it was written.</summary>
/// <param name="Entity">Whose key it is, for example <c>metrics</c>; null for an attribute by its bare name.</param>
/// <param name="Name">The key.</param>
/// <param name="Position">Where it stands in the text.</param>
internal sealed record SearchKey(string? Entity, string Name, int Position)
{
    public override string ToString() => Entity is null ? Name : $"{Entity}.{Name}";
}
