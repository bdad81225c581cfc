using System.Linq.Expressions;

namespace MlPlatform.Features;

/// <summary>Names the aggregates of one window. Sums, means and spreads take numbers and bools; all but counts are null when the window is empty.</summary>
/// <typeparam name="TEvent">The source's record.</typeparam>
/// <typeparam name="TRow">The record of the features.</typeparam>
public sealed class WindowBuilder<TEvent, TRow>
{
    internal WindowBuilder(TimeSpan window, TimeSpan hop)
    {
        Span = window;
        Hop = hop;
    }

    internal TimeSpan Span { get; }

    internal TimeSpan Hop { get; }

    internal List<(AggregateFunction Function, LambdaExpression? Input, LambdaExpression Feature)> Aggregates { get; } = [];

    /// <summary>Counts the events.</summary>
    /// <param name="feature">The property of the features that receives it.</param>
    public WindowBuilder<TEvent, TRow> Count<TFeature>(Expression<Func<TRow, TFeature>> feature) =>
        Add(AggregateFunction.Count, null, feature);

    /// <summary>Counts the values that are not null.</summary>
    /// <param name="input">The property of the event.</param>
    /// <param name="feature">The property of the features that receives it.</param>
    public WindowBuilder<TEvent, TRow> Count<TInput, TFeature>(
        Expression<Func<TEvent, TInput>> input,
        Expression<Func<TRow, TFeature>> feature
    ) => Add(AggregateFunction.Count, input, feature);

    /// <summary>Adds the values.</summary>
    /// <param name="input">The property of the event.</param>
    /// <param name="feature">The property of the features that receives it.</param>
    public WindowBuilder<TEvent, TRow> Sum<TInput, TFeature>(
        Expression<Func<TEvent, TInput>> input,
        Expression<Func<TRow, TFeature>> feature
    ) => Add(AggregateFunction.Sum, input, feature);

    /// <summary>Takes the mean of the values; of a bool, the share that is true.</summary>
    /// <param name="input">The property of the event.</param>
    /// <param name="feature">The property of the features that receives it.</param>
    public WindowBuilder<TEvent, TRow> Mean<TInput, TFeature>(
        Expression<Func<TEvent, TInput>> input,
        Expression<Func<TRow, TFeature>> feature
    ) => Add(AggregateFunction.Mean, input, feature);

    /// <summary>Takes the least value.</summary>
    /// <param name="input">The property of the event.</param>
    /// <param name="feature">The property of the features that receives it.</param>
    public WindowBuilder<TEvent, TRow> Min<TInput, TFeature>(
        Expression<Func<TEvent, TInput>> input,
        Expression<Func<TRow, TFeature>> feature
    ) => Add(AggregateFunction.Min, input, feature);

    /// <summary>Takes the greatest value.</summary>
    /// <param name="input">The property of the event.</param>
    /// <param name="feature">The property of the features that receives it.</param>
    public WindowBuilder<TEvent, TRow> Max<TInput, TFeature>(
        Expression<Func<TEvent, TInput>> input,
        Expression<Func<TRow, TFeature>> feature
    ) => Add(AggregateFunction.Max, input, feature);

    /// <summary>Takes the sample variance; null below two values.</summary>
    /// <param name="input">The property of the event.</param>
    /// <param name="feature">The property of the features that receives it.</param>
    public WindowBuilder<TEvent, TRow> Variance<TInput, TFeature>(
        Expression<Func<TEvent, TInput>> input,
        Expression<Func<TRow, TFeature>> feature
    ) => Add(AggregateFunction.Variance, input, feature);

    /// <summary>Takes the sample standard deviation; null below two values.</summary>
    /// <param name="input">The property of the event.</param>
    /// <param name="feature">The property of the features that receives it.</param>
    public WindowBuilder<TEvent, TRow> StdDev<TInput, TFeature>(
        Expression<Func<TEvent, TInput>> input,
        Expression<Func<TRow, TFeature>> feature
    ) => Add(AggregateFunction.StdDev, input, feature);

    /// <summary>Takes the value of the first event.</summary>
    /// <param name="input">The property of the event.</param>
    /// <param name="feature">The property of the features that receives it.</param>
    public WindowBuilder<TEvent, TRow> First<TInput, TFeature>(
        Expression<Func<TEvent, TInput>> input,
        Expression<Func<TRow, TFeature>> feature
    ) => Add(AggregateFunction.First, input, feature);

    /// <summary>Takes the value of the last event.</summary>
    /// <param name="input">The property of the event.</param>
    /// <param name="feature">The property of the features that receives it.</param>
    public WindowBuilder<TEvent, TRow> Last<TInput, TFeature>(
        Expression<Func<TEvent, TInput>> input,
        Expression<Func<TRow, TFeature>> feature
    ) => Add(AggregateFunction.Last, input, feature);

    private WindowBuilder<TEvent, TRow> Add(AggregateFunction function, LambdaExpression? input, LambdaExpression feature)
    {
        Aggregates.Add((function, input, feature));
        return this;
    }
}
