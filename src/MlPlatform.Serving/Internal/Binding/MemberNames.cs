using System.ComponentModel.DataAnnotations.Schema;
using System.Reflection;
using System.Text;
using Microsoft.ML.Data;

namespace MlPlatform.Serving.Internal;

/// <summary>Which column a property or parameter stands for: what <c>[Column]</c> or ML.NET's <c>[ColumnName]</c> says, else its own name.</summary>
internal static class MemberNames
{
    public static string Of(MemberInfo member) => Named(member.CustomAttributes) ?? member.Name;

    /// <summary>A constructor's parameter goes by the attribute of its property, since these attributes are for properties only.</summary>
    public static string Of(ParameterInfo parameter) => PropertyOf(parameter) is { } property ? Of(property) : parameter.Name!;

    /// <summary>The property that a constructor's parameter sets, by its name.</summary>
    public static PropertyInfo? PropertyOf(ParameterInfo parameter) =>
        InputBinder
            .Readable(parameter.Member.DeclaringType!)
            .Find(p => string.Equals(p.Name, parameter.Name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The name under which a member is a key or request value of a feature read.</summary>
    public static string FeatureNameOf(MemberInfo member) => Named(member.CustomAttributes) ?? ToSnakeCase(member.Name);

    /// <summary><c>MeanDelay24h</c> becomes <c>mean_delay24h</c>, <c>HTTPCode</c> becomes <c>http_code</c>.</summary>
    public static string ToSnakeCase(string name)
    {
        var text = new StringBuilder(name.Length + 4);
        for (var i = 0; i < name.Length; i++)
        {
            var isUpper = char.IsUpper(name[i]);
            if (
                isUpper
                && i > 0
                && name[i - 1] != '_'
                && (!char.IsUpper(name[i - 1]) || (i + 1 < name.Length && char.IsLower(name[i + 1])))
            )
            {
                text.Append('_');
            }

            text.Append(char.ToLowerInvariant(name[i]));
        }

        return text.ToString();
    }

    // ML.NET keeps its attribute's name internal, so the constructor's argument is read.
    private static string? Named(IEnumerable<CustomAttributeData> attributes) =>
        attributes
            .Where(a => a.AttributeType == typeof(ColumnAttribute) || a.AttributeType == typeof(ColumnNameAttribute))
            .Select(a => a.ConstructorArguments is [{ Value: string name }] ? name : null)
            .FirstOrDefault(n => n is not null);
}
