using System.Globalization;

namespace MlPlatform.Registry.Internal;

/// <summary>Reads filters (<c>clause AND clause ...</c>) and orders (<c>key ASC</c>).</summary>
internal sealed class SearchParser
{
    private const int MaximumClauses = 100;
    private readonly List<Token> tokens;
    private int index;

    private SearchParser(string text) => tokens = new Tokenizer(text).Run();

    private Token Current => tokens[index];

    public static IReadOnlyList<SearchClause> ParseFilter(string? filter)
    {
        if (string.IsNullOrWhiteSpace(filter))
        {
            return [];
        }

        var parser = new SearchParser(filter);
        var clauses = new List<SearchClause> { parser.Clause() };
        while (parser.Current.Kind != TokenKind.End)
        {
            if (!parser.Current.Is("AND"))
            {
                throw parser.Unexpected("AND or the end");
            }

            if (clauses.Count == MaximumClauses)
            {
                throw new InvalidRunQueryException(parser.Current.Position, $"at most {MaximumClauses} clauses are allowed.");
            }

            parser.index++;
            clauses.Add(parser.Clause());
        }

        return clauses;
    }

    public static SearchOrder? ParseOrder(string? orderBy)
    {
        if (string.IsNullOrWhiteSpace(orderBy))
        {
            return null;
        }

        var parser = new SearchParser(orderBy);
        var key = parser.Key();
        var isDescending = parser.Current.Is("DESC");
        if (isDescending || parser.Current.Is("ASC"))
        {
            parser.index++;
        }

        return parser.Current.Kind == TokenKind.End ? new(key, isDescending) : throw parser.Unexpected("ASC, DESC or the end");
    }

    private SearchClause Clause()
    {
        var key = Key();
        var isPattern = Current.Is("LIKE") || Current.Is("ILIKE");
        if (Current.Kind != TokenKind.Operator && !isPattern)
        {
            throw Unexpected("an operator");
        }

        var sign = Current.Text.ToUpperInvariant();
        if (key.IsNumeric && isPattern)
        {
            throw Unexpected("one of = != > >= < <=, since the key is numeric,");
        }

        if (!key.IsNumeric && sign is not ("=" or "!=" or "LIKE" or "ILIKE"))
        {
            throw Unexpected("one of = != LIKE ILIKE, since the key is textual,");
        }

        index++;
        var literal = Current;
        if (key.IsNumeric)
        {
            if (
                literal.Kind != TokenKind.Number
                || !double.TryParse(literal.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            )
            {
                throw Unexpected("a number");
            }

            index++;
            return new(key, sign, null, number);
        }

        if (literal.Kind is not (TokenKind.Text or TokenKind.DoubleQuoted))
        {
            throw Unexpected("a quoted text");
        }

        index++;
        return new(key, sign, literal.Text, 0);
    }

    /// <summary>An entity, a dot and a key whose unquoted form may itself have dots; or an attribute alone.</summary>
    private SearchKey Key()
    {
        var first = Current;
        if (first.Kind != TokenKind.Word)
        {
            throw Unexpected("metrics, params, tags, attributes or an attribute");
        }

        index++;
        if (Current.Kind != TokenKind.Dot)
        {
            return Attribute(first);
        }

        if (SearchKey.ParseEntity(first.Text.ToLowerInvariant()) is not { } entity)
        {
            throw new InvalidRunQueryException(first.Position, $"{first} is unknown; metrics, params, tags or attributes was expected.");
        }

        index++;
        var key = Part();
        while (Current.Kind == TokenKind.Dot)
        {
            index++;
            var next = Part();
            key = key with { Text = $"{key.Text}.{next.Text}" };
        }

        return entity == SearchEntity.Attribute ? Attribute(key) : new(entity, key.Text);
    }

    private Token Part()
    {
        var part = Current;
        if (part.Kind is not (TokenKind.Word or TokenKind.Name or TokenKind.DoubleQuoted or TokenKind.Number) || part.Text.Length == 0)
        {
            throw Unexpected("a key");
        }

        index++;
        return part;
    }

    private static SearchKey Attribute(Token token) =>
        SearchKey.IsAttribute(token.Text)
            ? new(SearchEntity.Attribute, token.Text)
            : throw new InvalidRunQueryException(
                token.Position,
                $"{token} is no attribute; run_id, run_name, status, user_id, start_time or end_time was expected."
            );

    private InvalidRunQueryException Unexpected(string expected) => new(Current.Position, $"{Current} was found, {expected} was expected.");
}
