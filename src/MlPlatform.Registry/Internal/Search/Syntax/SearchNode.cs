namespace MlPlatform.Registry.Internal;

/// <summary>A filter's syntax tree.</summary>
internal abstract record SearchNode
{
    /// <summary>Holds where all operands do; two or more.</summary>
    internal sealed record All(IReadOnlyList<SearchNode> Operands) : SearchNode;

    /// <summary>Holds where an operand does; two or more.</summary>
    internal sealed record Any(IReadOnlyList<SearchNode> Operands) : SearchNode;

    /// <summary>Holds where its operand does not.</summary>
    internal sealed record Not(SearchNode Operand) : SearchNode;

    /// <summary>One comparison.</summary>
    /// <param name="Key">What is compared.</param>
    /// <param name="Operator">How.</param>
    /// <param name="Values">One for a comparison, one or more for a list, none for a test for null.</param>
    /// <param name="Position">Where the operator stands in the text.</param>
    internal sealed record Clause(SearchKey Key, SearchOperator Operator, IReadOnlyList<SearchLiteral> Values, int Position) : SearchNode;
}
