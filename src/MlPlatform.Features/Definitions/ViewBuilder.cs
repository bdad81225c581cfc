namespace MlPlatform.Features;

/// <summary>Describes a view of newest rows.</summary>
public sealed class ViewBuilder
{
    internal ViewBuilder() { }

    internal string[]? KeyColumns { get; private set; }

    internal TimeSpan Ttl { get; private set; }

    internal string? Owner { get; private set; }

    internal string? Description { get; private set; }

    /// <summary>Names the source's columns that hold the key, in the order of the key record. Default: those with the key's own names.</summary>
    /// <param name="columns">Names of columns of the source.</param>
    public ViewBuilder Key(params string[] columns)
    {
        KeyColumns = columns;
        return this;
    }

    /// <summary>Says how old a row may be, inclusive; without it, or with zero, there is no bound.</summary>
    /// <param name="age">The greatest age.</param>
    public ViewBuilder TimeToLive(TimeSpan age)
    {
        Ttl = age;
        return this;
    }

    /// <summary>Names the team that answers for it.</summary>
    /// <param name="team">The team.</param>
    public ViewBuilder OwnedBy(string team)
    {
        Owner = team;
        return this;
    }

    /// <summary>Says what it is.</summary>
    /// <param name="text">One sentence.</param>
    public ViewBuilder Describe(string text)
    {
        Description = text;
        return this;
    }
}
