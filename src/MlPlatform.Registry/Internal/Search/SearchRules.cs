using System.Globalization;

namespace MlPlatform.Registry.Internal;

/// <summary>Which operators and values a field takes.</summary>
internal static class SearchRules
{
    /// <exception cref="InvalidSearchException">A clause names an unknown key, or an operator or a value that the key does not take.</exception>
    public static void Check(SearchNode node, SearchSchema schema)
    {
        switch (node)
        {
            case SearchNode.All all:
                CheckEach(all.Operands, schema);
                break;
            case SearchNode.Any any:
                CheckEach(any.Operands, schema);
                break;
            case SearchNode.Not not:
                Check(not.Operand, schema);
                break;
            case SearchNode.Clause clause:
                CheckClause(clause, schema);
                break;
        }
    }

    /// <summary>The number of a checked clause.</summary>
    public static double ToNumber(SearchLiteral literal) => double.Parse(literal.Text, NumberStyles.Float, CultureInfo.InvariantCulture);

    private static void CheckEach(IReadOnlyList<SearchNode> nodes, SearchSchema schema)
    {
        foreach (var node in nodes)
        {
            Check(node, schema);
        }
    }

    private static void CheckClause(SearchNode.Clause clause, SearchSchema schema)
    {
        var field = schema.Resolve("filter", clause.Key);
        if (clause.Operator is SearchOperator.IsNull or SearchOperator.IsNotNull)
        {
            return;
        }

        var isText = field.Type == SearchType.Text;
        var isLegal = clause.Operator switch
        {
            SearchOperator.Equal or SearchOperator.NotEqual => true,
            SearchOperator.Like or SearchOperator.ILike => isText,
            SearchOperator.In or SearchOperator.NotIn => field.AllowsList,
            _ => !isText,
        };
        if (!isLegal)
        {
            var legal = isText ? "= != LIKE ILIKE" : "= != > >= < <=";
            throw new InvalidSearchException(
                "filter",
                clause.Position,
                $"'{clause.Key}' takes only {legal}{(field.AllowsList ? " IN" : "")} and IS [NOT] NULL."
            );
        }

        foreach (var value in clause.Values)
        {
            CheckValue(clause.Key, value, isText);
        }
    }

    private static void CheckValue(SearchKey key, SearchLiteral value, bool isText)
    {
        if (value.IsNumber == isText)
        {
            var expected = isText ? "a text in quotes" : "a number without quotes";
            throw new InvalidSearchException("filter", value.Position, $"'{key}' is compared with {expected}.");
        }

        if (value.IsNumber && !double.IsFinite(ToNumber(value)))
        {
            throw new InvalidSearchException("filter", value.Position, "the number is too large.");
        }
    }
}
