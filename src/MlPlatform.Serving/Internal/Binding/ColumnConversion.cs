using System.Linq.Expressions;
using Microsoft.ML.OnnxRuntime;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>Which property types stand for which columns, and the expressions that convert between them.</summary>
/// <remarks>Integers widen, every number becomes a float, instants become timestamps; nothing is narrowed silently.</remarks>
internal static class ColumnConversion
{
    private static readonly Type[] Signed = [typeof(sbyte), typeof(short), typeof(int), typeof(long)];
    private static readonly Type[] Unsigned = [typeof(byte), typeof(ushort), typeof(uint), typeof(ulong)];

    /// <summary>The value as the column's CLR type, or null when the types do not fit.</summary>
    public static Expression? ToColumn(Expression value, DataType type)
    {
        var target = ElementTypes.ClrType(type);
        if (Nullable.GetUnderlyingType(value.Type) is not null)
        {
            // Only floats have a value that says "missing".
            return ElementTypes.IsFloating(type) && ToColumn(Expression.Property(value, "Value"), type) is { } inner
                ? Expression.Condition(
                    Expression.Property(value, "HasValue"),
                    inner,
                    Expression.Convert(Expression.Constant(float.NaN), target)
                )
                : null;
        }
        if (value.Type == typeof(DateTimeOffset) && type == DataType.Timestamp)
        {
            return Expression.Call(typeof(StoredTime), nameof(StoredTime.ToMicros), null, value);
        }
        return value.Type == target ? value
            : Widens(value.Type, target) ? Expression.Convert(value, target)
            : null;
    }

    /// <summary>A column's value as a property's type, or null when the types do not fit.</summary>
    public static Expression? FromColumn(Expression value, DataType type, Type target)
    {
        if (Nullable.GetUnderlyingType(target) is { } underlying)
        {
            return FromColumn(value, type, underlying) is { } inner ? Expression.Convert(inner, target) : null;
        }
        if (target == typeof(DateTimeOffset) && type == DataType.Timestamp)
        {
            return Expression.Call(typeof(StoredTime), nameof(StoredTime.FromMicros), null, value);
        }
        return value.Type == target ? value
            : Widens(value.Type, target) || (value.Type == typeof(double) && target == typeof(float)) ? Expression.Convert(value, target)
            : value.Type == typeof(BFloat16) && target == typeof(double)
                ? Expression.Convert(Expression.Convert(value, typeof(float)), target)
            : null;
    }

    private static bool Widens(Type from, Type to)
    {
        var (signed, unsigned) = (Array.IndexOf(Signed, from), Array.IndexOf(Unsigned, from));
        if (to == typeof(float) || to == typeof(double))
        {
            return signed >= 0
                || unsigned >= 0
                || from == typeof(float)
                || from == typeof(double)
                || from == typeof(Half)
                || (from == typeof(BFloat16) && to == typeof(float));
        }
        var toSigned = Array.IndexOf(Signed, to);
        return (signed >= 0 && toSigned > signed) || (unsigned >= 0 && (Array.IndexOf(Unsigned, to) > unsigned || toSigned > unsigned));
    }
}
