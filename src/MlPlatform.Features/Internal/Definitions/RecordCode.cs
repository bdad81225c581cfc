using System.Linq.Expressions;
using System.Reflection;
using MlPlatform.Core;

namespace MlPlatform.Features.Internal;

/// <summary>Compiles the code that turns a record into values and back without reflection per row.</summary>
internal static class RecordCode
{
    public static Action<object, FeatureValue[]> Reader(Type type, PropertyInfo[] properties)
    {
        var instance = Expression.Parameter(typeof(object));
        var values = Expression.Parameter(typeof(FeatureValue[]));
        var record = Expression.Variable(type);
        var body = new List<Expression> { Expression.Assign(record, Expression.Convert(instance, type)) };
        body.AddRange(
            properties.Select(
                (p, i) => (Expression)Expression.Assign(Expression.ArrayAccess(values, Expression.Constant(i)), Value(record, p))
            )
        );
        return Expression.Lambda<Action<object, FeatureValue[]>>(Expression.Block([record], body), instance, values).Compile();
    }

    public static Func<FeatureValue[], object> Maker(Type type, PropertyInfo[] properties)
    {
        var constructor =
            FindConstructor(type, properties)
            ?? throw new InvalidOperationException(
                $"{type} has neither a constructor for its properties nor a parameterless one with settable properties."
            );
        var values = Expression.Parameter(typeof(FeatureValue[]));
        Expression At(int i) =>
            Expression.Call(
                typeof(RecordCode),
                nameof(Get),
                [properties[i].PropertyType],
                Expression.ArrayIndex(values, Expression.Constant(i))
            );
        Expression made = constructor.GetParameters() is { Length: > 0 } parameters
            ? Expression.New(constructor, parameters.Select(p => At(IndexOf(properties, p))))
            : Expression.MemberInit(Expression.New(constructor), properties.Select((p, i) => Expression.Bind(p, At(i))));
        return Expression.Lambda<Func<FeatureValue[], object>>(Expression.Convert(made, typeof(object)), values).Compile();
    }

    public static ConstructorInfo? FindConstructor(Type type, PropertyInfo[] properties) =>
        type.GetConstructors()
            .OrderByDescending(c => c.GetParameters().Length)
            .FirstOrDefault(c =>
                c.GetParameters() is { Length: > 0 } parameters
                    ? parameters.Length == properties.Length && Array.TrueForAll(parameters, p => IndexOf(properties, p) >= 0)
                    : Array.TrueForAll(properties, p => p.SetMethod is { IsPublic: true })
            );

    private static int IndexOf(PropertyInfo[] properties, ParameterInfo parameter) =>
        Array.FindIndex(
            properties,
            p => string.Equals(p.Name, parameter.Name, StringComparison.OrdinalIgnoreCase) && p.PropertyType == parameter.ParameterType
        );

    private static Expression Value(Expression record, PropertyInfo property)
    {
        Expression value = Expression.Property(record, property);
        if (Nullable.GetUnderlyingType(property.PropertyType) is { } inner)
        {
            return Expression.Condition(
                Expression.Property(value, "HasValue"),
                Of(Expression.Property(value, "Value"), inner),
                Expression.Default(typeof(FeatureValue))
            );
        }

        return Of(value, property.PropertyType);
    }

    private static MethodCallExpression Of(Expression value, Type type) =>
        type == typeof(DateTime)
            ? Expression.Call(typeof(RecordCode), nameof(OfDateTime), null, value)
            : Expression.Call(typeof(FeatureValue).GetMethod(nameof(FeatureValue.Of), [type])!, value);

    private static FeatureValue OfDateTime(DateTime value) => FeatureValue.FromObject(value);

    private static T Get<T>(FeatureValue value)
    {
        if (value.IsNull)
        {
            return default!;
        }

        // Each branch is decided when the method is compiled for T, so nothing is boxed.
        if (typeof(T) == typeof(bool) || typeof(T) == typeof(bool?))
        {
            return Cast<bool, T>(value.ToInt64() != 0);
        }

        if (typeof(T) == typeof(int) || typeof(T) == typeof(int?))
        {
            return Cast<int, T>((int)value.ToInt64());
        }

        if (typeof(T) == typeof(long) || typeof(T) == typeof(long?))
        {
            return Cast<long, T>(value.ToInt64());
        }

        if (typeof(T) == typeof(float) || typeof(T) == typeof(float?))
        {
            return Cast<float, T>((float)value.ToDouble());
        }

        if (typeof(T) == typeof(double) || typeof(T) == typeof(double?))
        {
            return Cast<double, T>(value.ToDouble());
        }

        if (typeof(T) == typeof(DateTimeOffset) || typeof(T) == typeof(DateTimeOffset?))
        {
            return Cast<DateTimeOffset, T>(StoredTime.FromMicros(value.ToInt64()));
        }

        return typeof(T) == typeof(DateTime) || typeof(T) == typeof(DateTime?)
            ? Cast<DateTime, T>(StoredTime.FromMicros(value.ToInt64()).UtcDateTime)
            : (T)value.ToObject()!;
    }

    private static TTo Cast<TFrom, TTo>(TFrom value)
        where TFrom : struct
    {
        if (typeof(TTo) == typeof(TFrom))
        {
            return System.Runtime.CompilerServices.Unsafe.As<TFrom, TTo>(ref value);
        }

        TFrom? boxed = value;
        return System.Runtime.CompilerServices.Unsafe.As<TFrom?, TTo>(ref boxed);
    }
}
