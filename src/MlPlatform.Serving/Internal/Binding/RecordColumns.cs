using System.Reflection;
using Microsoft.ML.Data;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>The columns that a type stands for, by the rules of the binders.</summary>
internal static class RecordColumns
{
    private static readonly Dictionary<Type, DataType> Types = Enum.GetValues<DataType>()
        .Where(t => t != DataType.Timestamp && ElementTypes.IsSupported(t))
        .Append(DataType.Timestamp)
        .ToDictionary(t => t == DataType.Timestamp ? typeof(DateTimeOffset) : ElementTypes.ClrType(t));

    /// <summary>What an object of the type is made from.</summary>
    /// <param name="type">The type.</param>
    /// <param name="problems">Takes a line for each member that can be no column.</param>
    public static IReadOnlyList<DataColumn> Taken(Type type, List<string> problems)
    {
        if (OutputBinder.IsSingle(type))
        {
            return NoRecord(type, problems);
        }

        var constructor = OutputBinder.ConstructorOf(type);
        return ToColumns(
            type,
            [
                .. constructor?.GetParameters().Select(p => (MemberNames.Of(p), p.ParameterType, (MemberInfo?)MemberNames.PropertyOf(p)))
                    ?? [],
                .. OutputBinder.Settable(type, constructor).Select(p => (MemberNames.Of(p), p.PropertyType, (MemberInfo?)p)),
            ],
            problems
        );
    }

    /// <summary>What can be read from an object of the type.</summary>
    /// <param name="type">The type.</param>
    /// <param name="problems">Takes a line for each member that can be no column.</param>
    public static IReadOnlyList<DataColumn> Given(Type type, List<string> problems) =>
        OutputBinder.IsSingle(type)
            ? NoRecord(type, problems)
            : ToColumns(type, [.. InputBinder.Readable(type).Select(p => (MemberNames.Of(p), p.PropertyType, (MemberInfo?)p))], problems);

    private static DataColumn[] NoRecord(Type type, List<string> problems)
    {
        problems.Add($"{InputBinder.Name(type)} names no columns; use a record with one property for each");
        return [];
    }

    private static List<DataColumn> ToColumns(Type type, List<(string Name, Type Type, MemberInfo? Member)> members, List<string> problems)
    {
        var columns = new List<DataColumn>();
        foreach (var (name, memberType, member) in members)
        {
            if (ToColumn(name, memberType, member) is not { } column)
            {
                problems.Add($"'{name}' of {type.Name} is {InputBinder.Name(memberType)}, which is no column{Hint(memberType)}");
            }
            else if (columns.Exists(c => ColumnNames.Comparer.Equals(c.Name, name)))
            {
                problems.Add($"'{name}' of {type.Name} is there twice; case and underscores do not count");
            }
            else
            {
                columns.Add(column);
            }
        }

        if (members.Count == 0)
        {
            problems.Add($"{type.Name} has no public property");
        }

        return columns;
    }

    private static DataColumn? ToColumn(string name, Type type, MemberInfo? member)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            // Only floats have a value that says "missing".
            return Types.TryGetValue(underlying, out var number) && ElementTypes.IsFloating(number)
                ? new(name, number) { Nullable = true }
                : null;
        }

        if (type.IsArray)
        {
            return Types.TryGetValue(type.GetElementType()!, out var item) && item is not (DataType.String or DataType.Timestamp)
                ? new(name, item) { Shape = [-1, LengthOf(member) ?? -1] } // Without its attribute of any length.
                : null;
        }

        return Types.TryGetValue(type, out var scalar) ? new(name, scalar) : null;
    }

    private static string Hint(Type type) =>
        type.IsArray ? "; an array is of numbers"
        : Nullable.GetUnderlyingType(type) is not null ? "; only floating-point numbers can be missing"
        : string.Empty;

    // As with the names: ML.NET keeps what its attribute was given to itself.
    private static int? LengthOf(MemberInfo? member) =>
        member?.CustomAttributes.FirstOrDefault(a => a.AttributeType == typeof(VectorTypeAttribute))
            is { ConstructorArguments: [{ Value: int length and > 0 }] }
            ? length
            : null;
}
