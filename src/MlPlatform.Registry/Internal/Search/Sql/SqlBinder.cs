using System.Globalization;
using Dapper;

namespace MlPlatform.Registry.Internal;

/// <summary>Names the values of a statement, so that none is ever part of its text.</summary>
internal sealed class SqlBinder
{
    private int count;

    public DynamicParameters Parameters { get; } = new();

    public string Bind(object value)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"p{count++}");
        Parameters.Add(name, value);
        return "@" + name;
    }

    public string BindList(IEnumerable<object> values) => $"({string.Join(", ", values.Select(Bind))})";
}
