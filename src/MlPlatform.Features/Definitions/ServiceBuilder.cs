using System.Linq.Expressions;

namespace MlPlatform.Features;

/// <summary>Names the features of a service, in order.</summary>
public sealed class ServiceBuilder
{
    internal ServiceBuilder() { }

    internal List<(string View, string? Alias, LambdaExpression[] Features)> Views { get; } = [];

    internal List<(Type Record, LambdaExpression[] Columns)> Requests { get; } = [];

    internal string? Owner { get; private set; }

    /// <summary>Includes features of a view; all of them unless some are named.</summary>
    /// <param name="view">The view.</param>
    /// <param name="features">Properties of its record.</param>
    public ServiceBuilder Include<TRow>(FeatureView<TRow> view, params Expression<Func<TRow, object?>>[] features) =>
        Include(view, null!, features);

    /// <summary>Includes features of a view under the names <c>alias__feature</c>.</summary>
    /// <param name="view">The view.</param>
    /// <param name="alias">What their names begin with.</param>
    /// <param name="features">Properties of its record; all of them unless some are named.</param>
    public ServiceBuilder Include<TRow>(FeatureView<TRow> view, string alias, params Expression<Func<TRow, object?>>[] features)
    {
        ArgumentNullException.ThrowIfNull(view);
        Views.Add((view.Name, alias, [.. features]));
        return this;
    }

    /// <summary>Passes data of the request on as features; all of the record unless some properties are named.</summary>
    /// <typeparam name="TRequest">The record of the request's data.</typeparam>
    /// <param name="columns">Properties of the record.</param>
    public ServiceBuilder Request<TRequest>(params Expression<Func<TRequest, object?>>[] columns)
        where TRequest : class
    {
        Requests.Add((typeof(TRequest), [.. columns]));
        return this;
    }

    /// <summary>Names the team that answers for it.</summary>
    /// <param name="team">The team.</param>
    public ServiceBuilder OwnedBy(string team)
    {
        Owner = team;
        return this;
    }
}
