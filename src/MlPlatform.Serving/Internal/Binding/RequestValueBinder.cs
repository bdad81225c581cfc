using System.Collections.Frozen;
using System.Linq.Expressions;
using System.Reflection;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>Compiles what reads a request's properties into the values of a feature read, without boxing numbers.</summary>
/// <remarks>Properties of types that are no feature values, such as arrays, are left out.</remarks>
internal static class RequestValueBinder
{
    private static readonly Type[] Integers = [typeof(sbyte), typeof(byte), typeof(short), typeof(ushort)];

    public static (FrozenDictionary<string, int> Names, Action<TIn, FeatureValue[]> Read) Compile<TIn>()
    {
        var input = Expression.Parameter(typeof(TIn), "input");
        var values = Expression.Parameter(typeof(FeatureValue[]), "values");
        var names = new Dictionary<string, int>(StringComparer.Ordinal);
        var body = new List<Expression>();
        foreach (var property in InputBinder.Readable(typeof(TIn)))
        {
            if (
                ToValue(Expression.Property(input, property)) is { } value
                && names.TryAdd(MemberNames.FeatureNameOf(property), names.Count)
            )
            {
                body.Add(Expression.Assign(Expression.ArrayAccess(values, Expression.Constant(names.Count - 1)), value));
            }
        }

        body.Add(Expression.Empty());
        return (
            names.ToFrozenDictionary(StringComparer.Ordinal),
            Expression.Lambda<Action<TIn, FeatureValue[]>>(Expression.Block(body), input, values).Compile()
        );
    }

    private static Expression? ToValue(Expression value)
    {
        if (Nullable.GetUnderlyingType(value.Type) is not null)
        {
            return ToValue(Expression.Property(value, "Value")) is { } inner
                ? Expression.Condition(Expression.Property(value, "HasValue"), inner, Expression.Default(typeof(FeatureValue)))
                : null;
        }

        var argument =
            Array.IndexOf(Integers, value.Type) >= 0 ? Expression.Convert(value, typeof(int))
            : value.Type == typeof(uint) ? Expression.Convert(value, typeof(long))
            : value;
        var method = typeof(FeatureValue).GetMethod(nameof(FeatureValue.Of), BindingFlags.Public | BindingFlags.Static, [argument.Type]);
        return method is not null && method.GetParameters()[0].ParameterType == argument.Type ? Expression.Call(method, argument) : null;
    }
}
