using Superpower;
using Superpower.Model;
using Superpower.Parsers;

namespace MlPlatform.Registry.Internal;

/// <summary>The grammar of filters and orders.</summary>
/// <remarks>
/// <code>
/// or     := and (OR and)*
/// and    := not (AND not)*
/// not    := [NOT] ( '(' or ')' | clause )
/// clause := key ( comparison literal | [I]LIKE literal | [NOT] IN '(' literal (',' literal)* ')' | IS [NOT] NULL )
/// order  := key [ASC | DESC]
/// </code>
/// It looks one token ahead and never goes back, so time grows with the length of the text; the caller bounds the depth.
/// </remarks>
internal static class SearchGrammar
{
    private static readonly TokenListParser<SearchToken, SearchKey> Key = Token
        .EqualTo(SearchToken.Word)
        .Select(ToKey)
        .Or(
            Token
                .EqualTo(SearchToken.Backticked)
                .Or(Token.EqualTo(SearchToken.DoubleQuoted))
                .Select(t => new SearchKey(null, Unquote(t), At(t)))
        )
        .Named("a key");

    private static readonly TokenListParser<SearchToken, SearchLiteral> Literal = Token
        .EqualTo(SearchToken.Number)
        .Select(t => new SearchLiteral(t.ToStringValue(), true, At(t)))
        .Or(
            Token
                .EqualTo(SearchToken.SingleQuoted)
                .Or(Token.EqualTo(SearchToken.DoubleQuoted))
                .Select(t => new SearchLiteral(Unquote(t), false, At(t)))
        )
        .Named("a number or a quoted text");

    private static readonly TokenListParser<SearchToken, SearchLiteral[]> List = Literal
        .AtLeastOnceDelimitedBy(Token.EqualTo(SearchToken.Comma))
        .Between(Token.EqualTo(SearchToken.Open).Named("'('"), Token.EqualTo(SearchToken.Close).Named("',' or ')'"));

    private static readonly TokenListParser<SearchToken, Tail> Comparison =
        from sign in Token.EqualTo(SearchToken.Comparison)
        from value in Literal
        select new Tail(ToOperator(sign.ToStringValue()), [value], At(sign));

    private static readonly TokenListParser<SearchToken, Tail> Like =
        from word in Keyword("LIKE").Or(Keyword("ILIKE"))
        from pattern in Literal
        select new Tail(word.Span.Length == 4 ? SearchOperator.Like : SearchOperator.ILike, [pattern], At(word));

    private static readonly TokenListParser<SearchToken, Tail> In =
        from word in Keyword("IN")
        from values in List
        select new Tail(SearchOperator.In, values, At(word));

    private static readonly TokenListParser<SearchToken, Tail> NotIn =
        from word in Keyword("NOT")
        from _ in Keyword("IN")
        from values in List
        select new Tail(SearchOperator.NotIn, values, At(word));

    private static readonly TokenListParser<SearchToken, Tail> IsNull =
        from word in Keyword("IS")
        from not in Keyword("NOT").Optional()
        from _ in Keyword("NULL")
        select new Tail(not is null ? SearchOperator.IsNull : SearchOperator.IsNotNull, [], At(word));

    private static readonly TokenListParser<SearchToken, SearchNode> Clause =
        from key in Key
        from tail in Comparison.Or(Like).Or(In).Or(NotIn).Or(IsNull).Named("an operator")
        select (SearchNode)new SearchNode.Clause(key, tail.Operator, tail.Values, tail.Position);

    private static readonly TokenListParser<SearchToken, SearchNode> Operand = Parse
        .Ref(() => Or!)
        .Between(Token.EqualTo(SearchToken.Open), Token.EqualTo(SearchToken.Close).Named("')'"))
        .Or(Clause)
        .Named("a key or '('");

    private static readonly TokenListParser<SearchToken, SearchNode> Not =
        from not in Keyword("NOT").Optional()
        from operand in Operand
        select not is null ? operand : new SearchNode.Not(operand);

    private static readonly TokenListParser<SearchToken, SearchNode> And = Not.AtLeastOnceDelimitedBy(Keyword("AND"))
        .Select(nodes => nodes.Length == 1 ? nodes[0] : new SearchNode.All(nodes));

    private static readonly TokenListParser<SearchToken, SearchNode> Or = And.AtLeastOnceDelimitedBy(Keyword("OR"))
        .Select(nodes => nodes.Length == 1 ? nodes[0] : new SearchNode.Any(nodes));

    public static TokenListParser<SearchToken, SearchNode> Filter { get; } = Or.AtEnd();

    public static TokenListParser<SearchToken, SearchOrderKey> Order { get; } =
        (
            from key in Key
            from direction in Keyword("ASC").Or(Keyword("DESC")).Optional()
            select new SearchOrderKey(key, direction is { Span.Length: 4 })
        ).AtEnd();

    private static TokenListParser<SearchToken, Token<SearchToken>> Keyword(string text) =>
        Token.EqualToValueIgnoreCase(SearchToken.Word, text).Named(text);

    private static SearchKey ToKey(Token<SearchToken> word)
    {
        var text = word.Span.AsReadOnlySpan();
        var dot = text.IndexOf('.');
        if (dot < 0)
        {
            return new(null, text.ToString(), At(word));
        }

        var name = text[(dot + 1)..];
        return new(text[..dot].ToString(), name[0] is '"' or '`' ? SearchTokenizer.Unquote(name) : name.ToString(), At(word));
    }

    private static SearchOperator ToOperator(string sign) =>
        sign switch
        {
            "=" => SearchOperator.Equal,
            "!=" => SearchOperator.NotEqual,
            ">" => SearchOperator.Greater,
            ">=" => SearchOperator.GreaterOrEqual,
            "<" => SearchOperator.Less,
            _ => SearchOperator.LessOrEqual,
        };

    private static string Unquote(Token<SearchToken> token) => SearchTokenizer.Unquote(token.Span.AsReadOnlySpan());

    private static int At(Token<SearchToken> token) => token.Position.Absolute;

    private sealed record Tail(SearchOperator Operator, IReadOnlyList<SearchLiteral> Values, int Position);
}
