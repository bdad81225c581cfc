using MlPlatform.Core;

namespace MlPlatform.Features;

/// <summary>One column of a result: a typed array and which of its rows are null.</summary>
/// <param name="Column">Name and type.</param>
/// <param name="Values">An array of the type's CLR form; a timestamp is a long of microseconds. A null row holds the default.</param>
/// <param name="Nulls">True where the row is null.</param>
public sealed record FeatureColumn(DataColumn Column, Array Values, bool[] Nulls)
{
    /// <summary>The values.</summary>
    /// <typeparam name="T">The CLR type of the column.</typeparam>
    /// <exception cref="InvalidCastException">The column holds another type.</exception>
    public ReadOnlySpan<T> As<T>() => (T[])Values;

    /// <summary>One value.</summary>
    /// <param name="row">The row, from zero.</param>
    public object? this[int row] => Nulls[row] ? null : Values.GetValue(row);
}
