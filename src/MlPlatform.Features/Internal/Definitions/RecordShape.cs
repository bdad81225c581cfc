using System.Linq.Expressions;
using System.Reflection;
using MlPlatform.Core;

namespace MlPlatform.Features.Internal;

/// <summary>A record type as columns, with compiled code that reads and makes its instances. Made once a type.</summary>
internal sealed class RecordShape
{
    private readonly PropertyInfo[] properties;
    private readonly Lazy<Action<object, FeatureValue[]>> read;
    private readonly Lazy<Func<FeatureValue[], object>> make;

    private RecordShape(Type type, PropertyInfo[] properties, DataColumn[] columns)
    {
        Type = type;
        this.properties = properties;
        Columns = columns;
        read = new(() => RecordCode.Reader(type, properties));
        make = new(() => RecordCode.Maker(type, properties));
    }

    public Type Type { get; }

    public DataColumn[] Columns { get; }

    /// <summary>Describes a type; what cannot be a column is added to the findings and left out.</summary>
    public static RecordShape Of(Type type, string where, ICollection<string> findings)
    {
        var nullability = new NullabilityInfoContext();
        var properties = new List<PropertyInfo>();
        var columns = new List<DataColumn>();
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.GetMethod is null || property.GetIndexParameters().Length > 0)
            {
                continue;
            }

            var name = SnakeCase.Of(property.Name);
            if (ColumnTypeMap.Find(property.PropertyType) is not { } dataType)
            {
                findings.Add(
                    $"{where}: property '{property.Name}' of {type.Name} has type {property.PropertyType.Name}, which no column can have."
                );
            }
            else if (columns.Exists(c => string.Equals(c.Name, name, StringComparison.Ordinal)))
            {
                findings.Add($"{where}: two properties of {type.Name} are both column '{name}'.");
            }
            else
            {
                var mayBeNull = property.PropertyType.IsValueType
                    ? Nullable.GetUnderlyingType(property.PropertyType) is not null
                    : nullability.Create(property).ReadState != NullabilityState.NotNull;
                properties.Add(property);
                columns.Add(new(name, dataType) { Nullable = mayBeNull });
            }
        }

        if (columns.Count == 0)
        {
            findings.Add($"{where}: {type.Name} has no property that can be a column.");
        }

        return new(type, [.. properties], [.. columns]);
    }

    /// <summary>Whether instances can be made: a constructor takes all columns by name, or settable properties do.</summary>
    public bool CanMake => RecordCode.FindConstructor(Type, properties) is not null;

    public int IndexOf(string column) => Array.FindIndex(Columns, c => string.Equals(c.Name, column, StringComparison.Ordinal));

    /// <summary>The column of the property that a lambda reads; -1 when it is not a plain property of the record.</summary>
    public int IndexOf(LambdaExpression lambda) => Property(lambda.Body) is { } p ? Array.FindIndex(properties, x => x.Name == p.Name) : -1;

    /// <summary>Writes the columns of an instance into values.</summary>
    public void Read(object instance, FeatureValue[] values) => read.Value(instance, values);

    /// <summary>Makes an instance.</summary>
    public object Make(FeatureValue[] values) => make.Value(values);

    public static PropertyInfo? Property(Expression body) =>
        body switch
        {
            UnaryExpression { NodeType: ExpressionType.Convert or ExpressionType.ConvertChecked } convert => Property(convert.Operand),
            MemberExpression { Member: PropertyInfo property, Expression: ParameterExpression } => property,
            _ => null,
        };
}
