using System.Linq.Expressions;
using System.Reflection;

namespace MlPlatform.Serving.Internal;

/// <summary>Compiles what makes an answer from the output buffer: by constructor and settable properties, or the only output as it is.</summary>
internal static class OutputBinder
{
    public static Func<RequestBuffer, int, TOut> Compile<TOut>(BufferLayout layout, List<string> problems, string side = "output")
    {
        var buffer = Expression.Parameter(typeof(RequestBuffer), "buffer");
        var row = Expression.Parameter(typeof(int), "row");
        var type = typeof(TOut);
        Expression body;
        if (IsSingle(type))
        {
            body = Single(type);
        }
        else
        {
            var constructor = ConstructorOf(type);
            var settable = Settable(type, constructor);
            if (constructor is null && settable.Count == 0)
            {
                problems.Add($"{type.Name} has no property that can be set");
            }
            body = Expression.MemberInit(
                constructor is null
                    ? Expression.New(type)
                    : Expression.New(constructor, constructor.GetParameters().Select(p => Read(MemberNames.Of(p), p.ParameterType))),
                settable.Select(p => (MemberBinding)Expression.Bind(p, Read(MemberNames.Of(p), p.PropertyType)))
            );
        }
        return problems.Count == 0
            ? Expression.Lambda<Func<RequestBuffer, int, TOut>>(body, buffer, row).Compile()
            : static (_, _) => default!;

        Expression Single(Type target)
        {
            if (layout.Columns.Count == 1)
            {
                return Read(layout.Columns[0].Column.Name, target);
            }
            problems.Add($"{target.Name} stands for one {side}, the model has {string.Join(", ", layout.Columns.Select(c => c.Column))}");
            return Expression.Default(target);
        }

        Expression Read(string name, Type target)
        {
            var index = Find(layout, name);
            if (index < 0)
            {
                problems.Add(
                    $"'{name}' of {type.Name} is no {side} of the model, which has {string.Join(", ", layout.Columns.Select(c => c.Column))}"
                );
                return Expression.Default(target);
            }
            if (Column(layout.Columns[index], Expression.Constant(index), target, buffer, row) is { } value)
            {
                return value;
            }
            problems.Add($"{side} '{layout.Columns[index].Column}' cannot become '{name}' of type {InputBinder.Name(target)}");
            return Expression.Default(target);
        }
    }

    /// <summary>Whether a type is one value, not a record of several.</summary>
    public static bool IsSingle(Type type) =>
        type.IsPrimitive
        || type.IsArray
        || type == typeof(string)
        || Nullable.GetUnderlyingType(type) is not null
        || type == typeof(DateTimeOffset);

    /// <summary>What makes a record: its longest constructor; null when one takes nothing, so that properties are set.</summary>
    public static ConstructorInfo? ConstructorOf(Type type) =>
        type.GetConstructors() is { Length: > 0 } constructors && Array.TrueForAll(constructors, c => c.GetParameters().Length > 0)
            ? constructors.MaxBy(c => c.GetParameters().Length)
            : null;

    /// <summary>The properties that are set besides what a constructor takes.</summary>
    public static List<PropertyInfo> Settable(Type type, ConstructorInfo? constructor)
    {
        var taken = constructor?.GetParameters().Select(MemberNames.PropertyOf).ToHashSet() ?? [];
        return InputBinder.Readable(type).FindAll(p => p.SetMethod is { IsPublic: true } && !taken.Contains(p));
    }

    private static int Find(BufferLayout layout, string name)
    {
        for (var i = 0; i < layout.Columns.Count; i++)
        {
            if (ColumnNames.Comparer.Equals(layout.Columns[i].Column.Name, name))
            {
                return i;
            }
        }
        return -1;
    }

    private static Expression? Column(ColumnSlot slot, Expression column, Type target, Expression buffer, Expression row)
    {
        if (slot.IsText)
        {
            return target == typeof(string) && slot.Elements == 1
                ? Expression.Call(buffer, nameof(RequestBuffer.GetText), null, column, row)
                : null;
        }
        var type = ElementTypes.ClrType(slot.Column.Type);
        if (target.IsArray)
        {
            return target == type.MakeArrayType() ? Expression.Call(buffer, nameof(RequestBuffer.GetArray), [type], column, row) : null;
        }
        return slot.Elements == 1
            ? ColumnConversion.FromColumn(Expression.Call(buffer, nameof(RequestBuffer.Get), [type], column, row), slot.Column.Type, target)
            : null;
    }
}
