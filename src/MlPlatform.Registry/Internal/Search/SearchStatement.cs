using System.Globalization;
using System.Text;
using Dapper;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

/// <summary>Turns a parsed query into one statement. Every value and every key of the user is a bound parameter.</summary>
/// <remarks>
/// A run's place in the order is a tuple without nulls: rank (0 a value, 1 not a number, 2 missing) and value if an order is given, then start time
/// and id. A page begins after such a tuple, so rows that come in meanwhile never shift it.
/// </remarks>
internal sealed class SearchStatement
{
    private readonly StringBuilder sql = new();
    private readonly string product;
    private readonly bool hasTextOrder;
    private int names;

    public SearchStatement(RunQuery query, string product)
    {
        this.product = product;
        var filter = SearchParser.ParseFilter(query.Filter);
        var order = SearchParser.ParseOrder(query.OrderBy);
        hasTextOrder = order is { Key.IsNumeric: false };
        var places = Places(order);
        sql.Append(
                CultureInfo.InvariantCulture,
                $"SELECT {RunRow.Columns}, {(order is null ? "0" : places[0].Sql)} AS SortRank, {(order is null ? "0.0" : places[1].Sql)} AS "
            )
            .Append(hasTextOrder ? "SortText" : "SortNumber")
            .Append(CultureInfo.InvariantCulture, $" FROM {RunRow.From}");
        if (order is { Key.Entity: not SearchEntity.Attribute })
        {
            sql.Append(
                CultureInfo.InvariantCulture,
                $" LEFT JOIN {order.Key.Table} o ON o.run_id = r.id AND o.key = {Bind(order.Key.Key)}"
            );
        }

        sql.Append(" WHERE 1 = 1");
        if (query.Experiment is not null)
        {
            sql.Append(CultureInfo.InvariantCulture, $" AND e.name = {Bind(query.Experiment)}");
        }

        foreach (var clause in filter)
        {
            sql.Append(" AND ").Append(Condition(clause));
        }

        Scope = ArtifactDigest.Of(Encoding.UTF8.GetBytes($"{query.Experiment}\n{query.Filter}\n{query.OrderBy}")).Hex[..16];
        if (query.PageToken is not null)
        {
            AppendAfter(places, PageToken.Parse(query.PageToken, Scope, hasTextOrder));
        }

        sql.Append(" ORDER BY ").AppendJoin(", ", places.Select(p => p.Descending ? $"{p.Sql} DESC" : p.Sql));
        sql.Append(CultureInfo.InvariantCulture, $" LIMIT {Bind(query.Limit + 1)}");
    }

    public string Sql => sql.ToString();

    public DynamicParameters Parameters { get; } = new();

    /// <summary>The hash of what a page token belongs to.</summary>
    public string Scope { get; }

    private static (string Sql, bool Descending)[] Places(SearchOrder? order)
    {
        (string, bool) start = ("r.start_time", true);
        (string, bool) id = ("r.id", false);
        if (order is null)
        {
            return [start, id];
        }

        var isAttribute = order.Key.Entity == SearchEntity.Attribute;
        var value = isAttribute ? order.Key.Column : "o.value";
        var rank =
            order.Key.Entity == SearchEntity.Metric
                ? "CASE WHEN o.run_id IS NULL THEN 2 WHEN o.is_nan = 1 THEN 1 ELSE 0 END"
                : $"CASE WHEN {value} IS NULL THEN 2 ELSE 0 END";
        var sort = order.Key.IsNumeric ? $"COALESCE({value}, 0.0)" : $"COALESCE({value}, '')";
        return [(rank, false), (sort, order.IsDescending), start, id];
    }

    private string Condition(SearchClause clause)
    {
        var key = clause.Key;
        if (key.Entity == SearchEntity.Attribute)
        {
            // Times are stored in microseconds and asked for in milliseconds, as other trackers have them.
            return key.IsNumeric ? $"{key.Column} / 1000 {Sign(clause)} {Bind(clause.Number)}" : TextCondition(key.Column, clause);
        }

        var inner = key.Entity == SearchEntity.Metric ? NumberCondition(clause) : TextCondition("c.value", clause);
        return $"EXISTS (SELECT 1 FROM {key.Table} c WHERE c.run_id = r.id AND c.key = {Bind(key.Key)} AND {inner})";
    }

    private string NumberCondition(SearchClause clause) =>
        string.Equals(clause.Operator, "!=", StringComparison.Ordinal)
            ? $"(c.is_nan = 1 OR c.value <> {Bind(clause.Number)})"
            : $"c.is_nan = 0 AND c.value {Sign(clause)} {Bind(clause.Number)}";

    private string TextCondition(string column, SearchClause clause)
    {
        var isSqlite = string.Equals(product, "sqlite", StringComparison.Ordinal);
        return clause.Operator switch
        {
            // SQLite's LIKE ignores case, so its GLOB stands in. PostgreSQL's takes '\' as an escape unless told otherwise.
            "LIKE" when isSqlite => $"{column} GLOB {Bind(ToGlob(clause.Text!))}",
            "LIKE" => $"{column} LIKE {Bind(clause.Text!)} ESCAPE ''",
            "ILIKE" when isSqlite => $"lower({column}) LIKE lower({Bind(clause.Text!)})",
            "ILIKE" => $"lower({column}) LIKE lower({Bind(clause.Text!)}) ESCAPE ''",
            _ => $"{column} {Sign(clause)} {Bind(clause.Text!)}",
        };
    }

    private void AppendAfter((string Sql, bool Descending)[] places, PageToken after)
    {
        object[] values = [after.Rank, after.Text is null ? after.Number : after.Text, after.StartTime, after.Id];
        var bound = values.TakeLast(places.Length).Select(Bind).ToArray(); // Without an order, start time and id alone.
        var alternatives = places.Select(
            (place, i) =>
            {
                var equal = places.Take(i).Select((p, j) => $"{p.Sql} = {bound[j]}");
                return "(" + string.Join(" AND ", equal.Append($"{place.Sql} {(place.Descending ? "<" : ">")} {bound[i]}")) + ")";
            }
        );
        sql.Append(" AND (").AppendJoin(" OR ", alternatives).Append(')');
    }

    private string Bind(object value)
    {
        var name = $"p{names++}";
        Parameters.Add(name, value);
        return "@" + name;
    }

    private static string Sign(SearchClause clause) =>
        string.Equals(clause.Operator, "!=", StringComparison.Ordinal) ? "<>" : clause.Operator;

    private static string ToGlob(string pattern)
    {
        var glob = new StringBuilder(pattern.Length + 8);
        foreach (var c in pattern)
        {
            _ = c switch
            {
                '%' => glob.Append('*'),
                '_' => glob.Append('?'),
                '*' or '?' or '[' => glob.Append('[').Append(c).Append(']'),
                _ => glob.Append(c),
            };
        }

        return glob.ToString();
    }
}
