using MlPlatform.Registry.Internal;

namespace MlPlatform.Registry.Tests;

/// <summary>Writes a tree as text that parses to it.</summary>
internal static class SearchPrinter
{
    public static string Print(SearchNode node) =>
        node switch
        {
            SearchNode.All all => string.Join(" AND ", all.Operands.Select(Operand)),
            SearchNode.Any any => string.Join(" or ", any.Operands.Select(Operand)),
            SearchNode.Not { Operand: SearchNode.Clause clause } => $"NOT {Print(clause)}",
            SearchNode.Not not => $"not ({Print(not.Operand)})",
            SearchNode.Clause clause => $"{Print(clause.Key)} {Tail(clause)}",
            _ => throw new ArgumentOutOfRangeException(nameof(node)),
        };

    public static string Print(SearchKey key) => (key.Entity is null ? string.Empty : key.Entity + ".") + Quote(key.Name, '`');

    /// <summary>The same tree, wherever its pieces stood.</summary>
    public static bool AreEqual(SearchNode a, SearchNode b) =>
        (a, b) switch
        {
            (SearchNode.All x, SearchNode.All y) => AreEqual(x.Operands, y.Operands),
            (SearchNode.Any x, SearchNode.Any y) => AreEqual(x.Operands, y.Operands),
            (SearchNode.Not x, SearchNode.Not y) => AreEqual(x.Operand, y.Operand),
            (SearchNode.Clause x, SearchNode.Clause y) => x.Operator == y.Operator
                && x.Key with { Position = 0 } == y.Key with { Position = 0 }
                && x.Values.Select(v => v with { Position = 0 }).SequenceEqual(y.Values.Select(v => v with { Position = 0 })),
            _ => false,
        };

    private static bool AreEqual(IReadOnlyList<SearchNode> a, IReadOnlyList<SearchNode> b) =>
        a.Count == b.Count && a.Zip(b).All(p => AreEqual(p.First, p.Second));

    private static string Operand(SearchNode node) => node is SearchNode.All or SearchNode.Any ? $"({Print(node)})" : Print(node);

    private static string Tail(SearchNode.Clause clause) =>
        clause.Operator switch
        {
            SearchOperator.Equal => $"= {Values(clause)}",
            SearchOperator.NotEqual => $"!= {Values(clause)}",
            SearchOperator.Greater => $"> {Values(clause)}",
            SearchOperator.GreaterOrEqual => $">= {Values(clause)}",
            SearchOperator.Less => $"< {Values(clause)}",
            SearchOperator.LessOrEqual => $"<={Values(clause)}",
            SearchOperator.Like => $"like {Values(clause)}",
            SearchOperator.ILike => $"ILIKE {Values(clause)}",
            SearchOperator.In => $"IN ({Values(clause)})",
            SearchOperator.NotIn => $"not in({Values(clause)})",
            SearchOperator.IsNull => "IS NULL",
            _ => "is not null",
        };

    private static string Values(SearchNode.Clause clause) =>
        string.Join(", ", clause.Values.Select(v => v.IsNumber ? v.Text : Quote(v.Text, v.Text.Length % 2 == 0 ? '\'' : '"')));

    private static string Quote(string text, char quote) =>
        $"{quote}{text.Replace($"{quote}", $"{quote}{quote}", StringComparison.Ordinal)}{quote}";
}
