using System.Text;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

/// <summary>Turns checked clauses into conditions that are true or false, never null.</summary>
/// <remarks>So <c>NOT</c> finds exactly what its operand does not, things without the key included.</remarks>
internal sealed class SearchConditions(
    SearchSchema schema,
    SqlDialect dialect,
    SqlBinder binder,
    IReadOnlyList<LoggedModelDataset> datasets
)
{
    /// <summary>The row that drives the search, if one of a table does.</summary>
    public (string Alias, SearchTable Table)? Driving { get; set; }

    public string Write(SearchNode node) =>
        node switch
        {
            SearchNode.All all => $"({string.Join(" AND ", all.Operands.Select(Write))})",
            SearchNode.Any any => $"({string.Join(" OR ", any.Operands.Select(Write))})",
            SearchNode.Not not => $"NOT ({Write(not.Operand)})",
            var clause => Write((SearchNode.Clause)clause),
        };

    /// <summary>That a row of a table is the thing's and has the key.</summary>
    public string Match(string alias, SearchField field, IReadOnlyList<LoggedModelDataset> on) =>
        $"{field.Table!.Belongs(alias, Driving)}{Keyed(alias, field)}{Measured(alias, field.Table, on)}";

    /// <summary>That a row of a table has the key.</summary>
    public string Keyed(string alias, SearchField field) =>
        field.Table!.HasKey ? $" AND {alias}.key = {binder.Bind(field.Key)}" : string.Empty;

    /// <summary>That a metric of a logged model was measured on one of some datasets.</summary>
    public string Measured(string alias, SearchTable table, IReadOnlyList<LoggedModelDataset> on)
    {
        if (!table.IsPerDataset || on.Count == 0)
        {
            return string.Empty;
        }

        var each = on.Select(d =>
            $"{alias}.dataset_name = {binder.Bind(d.Name)}"
            + (d.Digest is null ? string.Empty : $" AND {alias}.dataset_digest = {binder.Bind(d.Digest)}")
        );
        return $" AND ({string.Join(" OR ", each)})";
    }

    /// <summary>What a clause says of a row of its table.</summary>
    public string Holds(SearchNode.Clause clause, string alias) =>
        clause.Operator is SearchOperator.IsNotNull ? "1 = 1"
        : !schema.Resolve("filter", clause.Key).Table!.IsMetric ? Text(clause, $"{alias}.value")
        : clause.Operator is SearchOperator.NotEqual ? $"({alias}.is_nan = 1 OR {Number(clause, $"{alias}.value")})"
        : $"({alias}.is_nan = 0 AND {Number(clause, $"{alias}.value")})";

    /// <summary>The same, so that the index of the table finds the rows, if it can.</summary>
    public string HoldsByIndex(SearchNode.Clause clause, string alias)
    {
        if (clause.Operator != SearchOperator.Equal || schema.Resolve("filter", clause.Key).Table!.IsMetric)
        {
            return Holds(clause, alias);
        }

        // A prefix that is equal to a shorter text is all of it: then the index alone answers.
        var text = clause.Values[0].Text;
        var begins = $"{SearchTable.Prefix($"{alias}.value")} = {SearchTable.Prefix(binder.Bind(text))}";
        return text.Length < SearchTable.PrefixLength ? begins : $"{begins} AND {Holds(clause, alias)}";
    }

    private string Write(SearchNode.Clause clause)
    {
        var field = schema.Resolve("filter", clause.Key);
        if (field.Table is { } table)
        {
            var match = $"SELECT 1 FROM {table.Name} c WHERE {Match("c", field, datasets)}";
            return clause.Operator == SearchOperator.IsNull ? $"NOT EXISTS ({match})" : $"EXISTS ({match} AND {Holds(clause, "c")})";
        }

        var (sql, isNullable) = (field.Attribute!.Sql, field.Attribute.IsNullable);
        var condition = (clause.Operator, field.Type) switch
        {
            (SearchOperator.IsNull, _) => $"{sql} IS NULL",
            (SearchOperator.IsNotNull, _) => $"{sql} IS NOT NULL",
            (_, SearchType.Text) => Text(clause, sql),
            (_, SearchType.Time) => Time(clause, sql),
            _ => Number(clause, sql),
        };
        return isNullable && clause.Operator != SearchOperator.IsNull ? $"({sql} IS NOT NULL AND {condition})" : condition;
    }

    private string Text(SearchNode.Clause clause, string value)
    {
        var isSqlite = string.Equals(dialect.Product, "sqlite", StringComparison.Ordinal);
        string Bound() => binder.Bind(clause.Values[0].Text);
        return clause.Operator switch
        {
            SearchOperator.In => $"{value} IN {binder.BindList(clause.Values.Select(v => v.Text))}",
            SearchOperator.NotIn => $"{value} NOT IN {binder.BindList(clause.Values.Select(v => v.Text))}",

            // SQLite's LIKE ignores case, so its GLOB stands in. PostgreSQL's takes '\' as an escape unless told otherwise.
            SearchOperator.Like when isSqlite => $"{value} GLOB {binder.Bind(ToGlob(clause.Values[0].Text))}",
            SearchOperator.Like => $"{value} LIKE {Bound()} ESCAPE ''",
            SearchOperator.ILike => $"{dialect.FoldCase(value)} LIKE {dialect.FoldCase(Bound())}{(isSqlite ? "" : " ESCAPE ''")}",
            SearchOperator.NotEqual => $"{value} <> {Bound()}",
            _ => $"{value} = {Bound()}",
        };
    }

    private string Number(SearchNode.Clause clause, string value) =>
        $"{value} {Sign(clause.Operator)} {binder.Bind(SearchRules.ToNumber(clause.Values[0]))}";

    /// <summary>Compares the stored microseconds with what bounds the millisecond, so that an index serves.</summary>
    private string Time(SearchNode.Clause clause, string value)
    {
        var number = SearchRules.ToNumber(clause.Values[0]);
        string From(double milliseconds) => binder.Bind((long)Math.Clamp(milliseconds, -9e15, 9e15) * 1000);
        var (first, next) = (Math.Ceiling(number), Math.Floor(number) + 1); // The same but for whole numbers.
        return clause.Operator switch
        {
            SearchOperator.Less => $"{value} < {From(first)}",
            SearchOperator.LessOrEqual => $"{value} < {From(next)}",
            SearchOperator.Greater => $"{value} >= {From(next)}",
            SearchOperator.GreaterOrEqual => $"{value} >= {From(first)}",
            SearchOperator.NotEqual => $"({value} < {From(first)} OR {value} >= {From(next)})",
            _ => $"({value} >= {From(first)} AND {value} < {From(next)})",
        };
    }

    private static string Sign(SearchOperator sign) =>
        sign switch
        {
            SearchOperator.Equal => "=",
            SearchOperator.NotEqual => "<>",
            SearchOperator.Greater => ">",
            SearchOperator.GreaterOrEqual => ">=",
            SearchOperator.Less => "<",
            _ => "<=",
        };

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
