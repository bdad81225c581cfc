using System.Linq.Expressions;

namespace MlPlatform.Features;

/// <summary>Describes a view of aggregates.</summary>
/// <typeparam name="TKey">The key record.</typeparam>
/// <typeparam name="TEvent">The source's record.</typeparam>
/// <typeparam name="TRow">The record of the features.</typeparam>
public sealed class AggregateViewBuilder<TKey, TEvent, TRow>
{
    internal AggregateViewBuilder() { }

    internal LambdaExpression? KeyExpression { get; private set; }

    internal List<WindowBuilder<TEvent, TRow>> Windows { get; } = [];

    internal string? Owner { get; private set; }

    internal string? Description { get; private set; }

    /// <summary>Makes the key of an event: <c>e => new OriginKey(e.Origin)</c>. Default: the columns with the key's own names.</summary>
    /// <param name="key">A constructor call whose arguments are properties of the event.</param>
    public AggregateViewBuilder<TKey, TEvent, TRow> Key(Expression<Func<TEvent, TKey>> key)
    {
        KeyExpression = key;
        return this;
    }

    /// <summary>Declares aggregates over a window with the hop of <see cref="WindowFeature.DefaultHop"/>.</summary>
    /// <param name="window">How far back it reaches.</param>
    /// <param name="configure">Names the aggregates.</param>
    public AggregateViewBuilder<TKey, TEvent, TRow> Window(TimeSpan window, Action<WindowBuilder<TEvent, TRow>> configure) =>
        Window(window, WindowFeature.DefaultHop(window), configure);

    /// <summary>Declares aggregates over the events with <c>floor_hop(t - window) &lt; event &lt;= t</c>.</summary>
    /// <param name="window">How far back it reaches.</param>
    /// <param name="hop">The resolution of the window's tail, and the length of a stored tile.</param>
    /// <param name="configure">Names the aggregates.</param>
    public AggregateViewBuilder<TKey, TEvent, TRow> Window(TimeSpan window, TimeSpan hop, Action<WindowBuilder<TEvent, TRow>> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var builder = new WindowBuilder<TEvent, TRow>(window, hop);
        configure(builder);
        Windows.Add(builder);
        return this;
    }

    /// <summary>Names the team that answers for it.</summary>
    /// <param name="team">The team.</param>
    public AggregateViewBuilder<TKey, TEvent, TRow> OwnedBy(string team)
    {
        Owner = team;
        return this;
    }

    /// <summary>Says what it is.</summary>
    /// <param name="text">One sentence.</param>
    public AggregateViewBuilder<TKey, TEvent, TRow> Describe(string text)
    {
        Description = text;
        return this;
    }
}
