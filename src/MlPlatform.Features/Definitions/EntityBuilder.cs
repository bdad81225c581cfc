namespace MlPlatform.Features;

/// <summary>Describes an entity.</summary>
public sealed class EntityBuilder
{
    internal EntityBuilder() { }

    internal string? Owner { get; private set; }

    internal string? Description { get; private set; }

    /// <summary>Names the team that answers for it.</summary>
    /// <param name="team">The team.</param>
    public EntityBuilder OwnedBy(string team)
    {
        Owner = team;
        return this;
    }

    /// <summary>Says what it is.</summary>
    /// <param name="text">One sentence.</param>
    public EntityBuilder Describe(string text)
    {
        Description = text;
        return this;
    }
}
