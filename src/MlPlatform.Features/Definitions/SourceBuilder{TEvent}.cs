using System.Linq.Expressions;

namespace MlPlatform.Features;

/// <summary>Describes a source.</summary>
/// <typeparam name="TEvent">The record of one row.</typeparam>
public sealed class SourceBuilder<TEvent>
{
    internal SourceBuilder() { }

    internal LambdaExpression? EventTimeExpression { get; private set; }

    internal LambdaExpression? CreatedTimeExpression { get; private set; }

    internal LambdaExpression? IdExpression { get; private set; }

    internal string? Owner { get; private set; }

    /// <summary>Says when a row became true and could be known: a feature is never used for an earlier time. Required.</summary>
    /// <param name="property">A property of type <see cref="DateTimeOffset"/> or <see cref="DateTime"/>.</param>
    public SourceBuilder<TEvent> EventTime<TTime>(Expression<Func<TEvent, TTime>> property)
    {
        EventTimeExpression = property;
        return this;
    }

    /// <summary>Says when a row was recorded: decides between rows of one event time, and what was known at a time.</summary>
    /// <param name="property">A property of type <see cref="DateTimeOffset"/> or <see cref="DateTime"/>, which may be null.</param>
    public SourceBuilder<TEvent> CreatedTime<TTime>(Expression<Func<TEvent, TTime>> property)
    {
        CreatedTimeExpression = property;
        return this;
    }

    /// <summary>Names what identifies a row: a row whose id was pushed before is left out, so that a push may be repeated.</summary>
    /// <param name="property">A property of type string, int, long or <see cref="Guid"/>.</param>
    public SourceBuilder<TEvent> Id<TId>(Expression<Func<TEvent, TId>> property)
    {
        IdExpression = property;
        return this;
    }

    /// <summary>Names the team that answers for it.</summary>
    /// <param name="team">The team.</param>
    public SourceBuilder<TEvent> OwnedBy(string team)
    {
        Owner = team;
        return this;
    }
}
