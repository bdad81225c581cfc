using Superpower;
using Superpower.Model;
using Superpower.Parsers;
using Superpower.Tokenizers;

namespace MlPlatform.Registry.Internal;

/// <summary>The lexical half of the grammar.</summary>
internal static class SearchTokenizer
{
    private static readonly TextParser<Unit> Digits = Character.Matching(char.IsAsciiDigit, "a digit").IgnoreAtLeastOnce();

    private static readonly TextParser<Unit> Letters = Character.Matching(IsWord, "a letter, a digit or '_'").IgnoreAtLeastOnce();

    private static readonly TextParser<Unit> Dotted = Character.EqualTo('.').IgnoreThen(Letters).IgnoreMany();

    /// <summary>Words with dots between, or one word, a dot and a quoted key.</summary>
    private static readonly TextParser<Unit> Word =
        from first in Character.Matching(c => IsWord(c) && !char.IsDigit(c), "a letter")
        from more in Character.Matching(IsWord, "a letter").IgnoreMany()
        from key in Character
            .EqualTo('.')
            .IgnoreThen(Quoted('"').Or(Quoted('`')).Or(Letters.IgnoreThen(Dotted)).Named("a key"))
            .OptionalOrDefault(Unit.Value)
        select key;

    private static readonly TextParser<Unit> Number =
        from sign in Character.In('-', '+').OptionalOrDefault('+')
        from mantissa in Digits
            .IgnoreThen(Character.EqualTo('.').IgnoreThen(Digits.OptionalOrDefault(Unit.Value)).OptionalOrDefault(Unit.Value))
            .Or(Character.EqualTo('.').IgnoreThen(Digits))
        from exponent in Character
            .In('e', 'E')
            .IgnoreThen(Character.In('-', '+').OptionalOrDefault('+'))
            .IgnoreThen(Digits)
            .OptionalOrDefault(Unit.Value)
        select exponent;

    private static readonly TextParser<Unit> Comparison = Span.EqualTo("!=")
        .Or(Span.EqualTo(">=").Try())
        .Or(Span.EqualTo("<=").Try())
        .Or(Span.EqualTo("="))
        .Or(Span.EqualTo(">"))
        .Or(Span.EqualTo("<"))
        .Value(Unit.Value);

    public static Tokenizer<SearchToken> Instance { get; } =
        new TokenizerBuilder<SearchToken>()
            .Ignore(Span.WhiteSpace)
            .Match(Character.EqualTo('('), SearchToken.Open)
            .Match(Character.EqualTo(')'), SearchToken.Close)
            .Match(Character.EqualTo(','), SearchToken.Comma)
            .Match(Comparison, SearchToken.Comparison)
            .Match(Quoted('\''), SearchToken.SingleQuoted)
            .Match(Quoted('"'), SearchToken.DoubleQuoted)
            .Match(Quoted('`'), SearchToken.Backticked)
            .Match(Word, SearchToken.Word)
            .Match(Number, SearchToken.Number)
            .Build();

    /// <summary>The text between quotes, in which the quote itself is doubled.</summary>
    public static string Unquote(ReadOnlySpan<char> quoted)
    {
        var quote = quoted[0].ToString();
        return quoted[1..^1].ToString().Replace(quote + quote, quote, StringComparison.Ordinal);
    }

    private static TextParser<Unit> Quoted(char quote)
    {
        var content = Character.Except(quote).Value(Unit.Value).Or(Span.EqualTo(new string(quote, 2)).Value(Unit.Value).Try());
        return Character.EqualTo(quote).IgnoreThen(content.IgnoreMany()).IgnoreThen(Character.EqualTo(quote)).Value(Unit.Value);
    }

    private static TextParser<Unit> IgnoreAtLeastOnce<T>(this TextParser<T> parser) => parser.IgnoreThen(parser.IgnoreMany());

    private static bool IsWord(char c) => char.IsLetterOrDigit(c) || c == '_';
}
