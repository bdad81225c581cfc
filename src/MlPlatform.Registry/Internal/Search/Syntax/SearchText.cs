using Superpower;
using Superpower.Model;

namespace MlPlatform.Registry.Internal;

/// <summary>Reads filters and orders within the limits; whatever is wrong is an <see cref="InvalidSearchException"/>.</summary>
internal static class SearchText
{
    private const int MaximumLength = 16 * 1024;
    private const int MaximumClauses = 100;
    private const int MaximumDepth = 32;
    private const int MaximumOrders = 10;

    public static SearchNode? ParseFilter(string? filter)
    {
        if (string.IsNullOrWhiteSpace(filter))
        {
            return null;
        }

        var tree = Parse("filter", filter, SearchGrammar.Filter, "AND, OR or the end");
        return CountClauses(tree) <= MaximumClauses
            ? tree
            : throw new InvalidSearchException("filter", 0, $"it has more than {MaximumClauses} clauses.");
    }

    public static IReadOnlyList<SearchOrderKey> ParseOrders(IReadOnlyList<string> orders)
    {
        if (orders.Count > MaximumOrders)
        {
            throw new InvalidSearchException("order", 0, $"it has {orders.Count} keys; at most {MaximumOrders} are allowed.");
        }

        return [.. orders.Select(o => Parse("order", o ?? string.Empty, SearchGrammar.Order, "ASC, DESC or the end"))];
    }

    /// <summary>Refuses what some database would refuse as a value: a zero character, or half of a surrogate pair.</summary>
    public static void CheckText(string part, string text)
    {
        if (text.Length > MaximumLength)
        {
            throw new InvalidSearchException(
                part,
                MaximumLength,
                $"the text has {text.Length} characters; at most {MaximumLength} are allowed."
            );
        }

        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogatePair(text, i))
            {
                i++;
            }
            else if (text[i] == '\0' || char.IsSurrogate(text[i]))
            {
                throw new InvalidSearchException(part, i, "the character is not allowed.");
            }
        }
    }

    private static T Parse<T>(string part, string text, TokenListParser<SearchToken, T> grammar, string end)
    {
        CheckText(part, text);
        var tokens = SearchTokenizer.Instance.TryTokenize(text);
        if (!tokens.HasValue)
        {
            throw new InvalidSearchException(part, tokens.ErrorPosition.Absolute, DescribeToken(text, tokens.ErrorPosition.Absolute));
        }

        CheckDepth(part, tokens.Value);
        var result = grammar.TryParse(tokens.Value);
        if (result.HasValue)
        {
            return result.Value;
        }

        var at = result.ErrorPosition.HasValue ? result.ErrorPosition.Absolute : text.Length;
        var expected = result.Expectations is { Length: > 0 } expectations ? string.Join(" or ", expectations) : end;
        throw new InvalidSearchException(part, at, $"{Found(text, at)} was found, {expected} was expected.");
    }

    /// <summary>Before the parser runs, since it descends into each parenthesis but a list's.</summary>
    private static void CheckDepth(string part, TokenList<SearchToken> tokens)
    {
        var depth = 0;
        var isList = false;
        foreach (var token in tokens)
        {
            depth += token.Kind switch
            {
                SearchToken.Open when !isList => 1,
                SearchToken.Close when !isList => -1,
                _ => 0,
            };
            if (depth > MaximumDepth)
            {
                throw new InvalidSearchException(part, token.Position.Absolute, $"more than {MaximumDepth} parentheses are open.");
            }

            isList = token.Kind == SearchToken.Word ? token.Span.EqualsValueIgnoreCase("IN") : isList && token.Kind != SearchToken.Close;
        }
    }

    private static int CountClauses(SearchNode node) =>
        node switch
        {
            SearchNode.All all => all.Operands.Sum(CountClauses),
            SearchNode.Any any => any.Operands.Sum(CountClauses),
            SearchNode.Not not => CountClauses(not.Operand),
            _ => 1,
        };

    /// <summary>Why no token begins at a position.</summary>
    private static string DescribeToken(string text, int at) =>
        text[at] switch
        {
            '\'' or '"' or '`' => $"the quote {text[at]} is not closed.",
            var c when char.IsAsciiDigit(c) || c is '-' or '+' or '.' => "the number is not complete.",
            var c when char.IsLetter(c) || c == '_' => "a key was expected after the dot.",
            _ => $"{Found(text, at)} has no meaning here; keys with such characters go in backticks, texts in quotes.",
        };

    private static string Found(string text, int at) => at < text.Length ? $"'{text[at..].EnumerateRunes().First()}'" : "the end";
}
