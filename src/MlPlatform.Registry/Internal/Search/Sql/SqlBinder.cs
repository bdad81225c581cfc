using System.Globalization;
using System.Text.Json.Nodes;
using Dapper;
using MlPlatform.Core;

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

    /// <summary>A query of texts that may be more than a statement takes as parameters.</summary>
    public string BindMany(IEnumerable<string> values, SqlDialect dialect)
    {
        var json = Bind(new JsonArray([.. values.Select(v => (JsonNode)v)]).ToJsonString());
        return string.Equals(dialect.Product, "sqlite", StringComparison.Ordinal)
            ? $"SELECT value FROM json_each({json})"
            : $"SELECT jsonb_array_elements_text(CAST({json} AS jsonb))";
    }

    public string BindList(IEnumerable<object> values) => $"({string.Join(", ", values.Select(Bind))})";
}
