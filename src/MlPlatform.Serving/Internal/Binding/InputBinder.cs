using System.Linq.Expressions;
using System.Reflection;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>Compiles what writes a request's properties into the input buffer, without boxing.</summary>
internal static class InputBinder
{
    /// <param name="layout">The model's inputs.</param>
    /// <param name="elsewhere">Names of columns that come from online features unless the request has them.</param>
    /// <param name="problems">Takes a line for each column that nothing fits.</param>
    /// <param name="missing">The columns left to features.</param>
    /// <param name="side">What the columns are called in problems.</param>
    public static Action<TIn, RequestBuffer, int> Compile<TIn>(
        BufferLayout layout,
        DataSchema elsewhere,
        List<string> problems,
        List<int> missing,
        string side = "input"
    )
    {
        var input = Expression.Parameter(typeof(TIn), "input");
        var buffer = Expression.Parameter(typeof(RequestBuffer), "buffer");
        var row = Expression.Parameter(typeof(int), "row");
        var properties = Readable(typeof(TIn));
        var body = new List<Expression>();
        for (var i = 0; i < layout.Columns.Count; i++)
        {
            var slot = layout.Columns[i];
            var matches = properties.Where(p => ColumnNames.Comparer.Equals(MemberNames.Of(p), slot.Column.Name)).ToList();
            if (matches.Count != 1)
            {
                if (matches.Count == 0 && FeatureColumns.IndexOf(elsewhere, slot.Column.Name) >= 0)
                {
                    missing.Add(i);
                    continue;
                }
                problems.Add(
                    matches.Count > 0 ? $"{side} '{slot.Column}' has several properties"
                    : elsewhere.Columns.Count > 0
                        ? $"{side} '{slot.Column}' has no property in {typeof(TIn).Name} and is not among the features"
                    : $"{side} '{slot.Column}' has no property in {typeof(TIn).Name}"
                );
                continue;
            }
            if (layout.Tensors[slot.Tensor].OpenDimensions > 1)
            {
                problems.Add(
                    $"{side} '{slot.Column}' has more than one variable dimension, which an array does not say; predict by tensors"
                );
                continue;
            }
            var write = Write(Expression.Property(input, matches[0]), slot, Expression.Constant(i), buffer, row);
            if (write is null)
            {
                problems.Add(
                    $"{side} '{slot.Column}' cannot be read from property {matches[0].Name} of type {Name(matches[0].PropertyType)}"
                );
                continue;
            }
            body.Add(write);
        }
        body.Add(Expression.Empty());
        return Expression.Lambda<Action<TIn, RequestBuffer, int>>(Expression.Block(body), input, buffer, row).Compile();
    }

    /// <summary>Compiles what tells the layout of a request from the lengths of its arrays. The properties fit.</summary>
    public static Func<TIn, BufferLayout> CompileLayout<TIn>(BufferLayout layout, int largest)
    {
        var properties = Readable(typeof(TIn));
        var lengths = new Func<TIn, int>?[layout.Tensors.Count];
        foreach (var slot in layout.Columns.Where(c => layout.Tensors[c.Tensor].IsVariable))
        {
            var input = Expression.Parameter(typeof(TIn), "input");
            var value = Expression.Property(
                input,
                properties.Single(p => ColumnNames.Comparer.Equals(MemberNames.Of(p), slot.Column.Name))
            );
            var length = Expression.Condition(
                Expression.ReferenceEqual(value, Expression.Constant(null)),
                Expression.Constant(0),
                Expression.ArrayLength(value)
            );
            lengths[slot.Tensor] = Expression.Lambda<Func<TIn, int>>(length, input).Compile();
        }

        return input => layout.With(i => layout.Tensors[i].ShapeOf(lengths[i]!(input)), largest);
    }

    public static List<PropertyInfo> Readable(Type type) =>
        [
            .. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Where(p => p.GetMethod is { IsPublic: true } && p.GetIndexParameters().Length == 0),
        ];

    public static string Name(Type type) => Nullable.GetUnderlyingType(type) is { } inner ? $"{inner.Name}?" : type.Name;

    private static MethodCallExpression? Write(Expression value, ColumnSlot slot, Expression column, Expression buffer, Expression row)
    {
        if (slot.IsText)
        {
            return value.Type == typeof(string) && slot.Elements == 1
                ? Expression.Call(buffer, nameof(RequestBuffer.SetText), null, column, row, value)
                : null;
        }
        var type = ElementTypes.ClrType(slot.Column.Type);
        if (value.Type.IsArray)
        {
            return value.Type == type.MakeArrayType()
                ? Expression.Call(buffer, nameof(RequestBuffer.SetArray), [type], column, row, value)
                : null;
        }
        return slot.Elements == 1 && ColumnConversion.ToColumn(value, slot.Column.Type) is { } converted
            ? Expression.Call(buffer, nameof(RequestBuffer.Set), [type], column, row, converted)
            : null;
    }
}
