namespace MlPlatform.Registry.Internal;

/// <summary>Cuts a filter or an order into tokens.</summary>
internal sealed class Tokenizer(string text)
{
    private const int MaximumLength = 16 * 1024;
    private int position;

    public List<Token> Run()
    {
        if (text.Length > MaximumLength)
        {
            throw new InvalidRunQueryException(
                MaximumLength,
                $"the text has {text.Length} characters; at most {MaximumLength} are allowed."
            );
        }

        var tokens = new List<Token>();
        while (true)
        {
            while (position < text.Length && char.IsWhiteSpace(text[position]))
            {
                position++;
            }

            if (position == text.Length)
            {
                tokens.Add(new(TokenKind.End, string.Empty, position));
                return tokens;
            }

            tokens.Add(Next());
        }
    }

    private Token Next()
    {
        var start = position;
        var c = text[start];
        switch (c)
        {
            case '`':
                return Quoted(TokenKind.Name);
            case '"':
                return Quoted(TokenKind.DoubleQuoted);
            case '\'':
                return Quoted(TokenKind.Text);
            case '.' when !IsDigitAt(start + 1) || IsWordBefore(start):
                position++;
                return new(TokenKind.Dot, ".", start);
            case '=' or '<' or '>' or '!':
                return Operator();
        }

        if (char.IsAsciiDigit(c) || c is '.' or '-' or '+')
        {
            return Take(
                TokenKind.Number,
                static (ch, before) => char.IsAsciiDigit(ch) || ch is '.' or 'e' or 'E' || (ch is '-' or '+' && before is 'e' or 'E')
            );
        }

        return IsWord(c)
            ? Take(TokenKind.Word, static (ch, _) => IsWord(ch))
            : throw new InvalidRunQueryException(start, $"'{c}' is not expected here.");
    }

    private Token Quoted(TokenKind kind)
    {
        var start = position;
        var end = text.IndexOf(text[start], start + 1);
        if (end < 0)
        {
            throw new InvalidRunQueryException(start, $"the quote {text[start]} is not closed.");
        }

        position = end + 1;
        return new(kind, text[(start + 1)..end], start);
    }

    private Token Operator()
    {
        var start = position;
        var length = start + 1 < text.Length && text[start + 1] == '=' && text[start] != '=' ? 2 : 1;
        var found = text.Substring(start, length);
        position += length;
        return string.Equals(found, "!", StringComparison.Ordinal)
            ? throw new InvalidRunQueryException(start, "'!' alone is no operator; '!=' was expected.")
            : new(TokenKind.Operator, found, start);
    }

    private Token Take(TokenKind kind, Func<char, char, bool> belongs)
    {
        var start = position++;
        while (position < text.Length && belongs(text[position], text[position - 1]))
        {
            position++;
        }

        return new(kind, text[start..position], start);
    }

    private bool IsDigitAt(int index) => index < text.Length && char.IsAsciiDigit(text[index]);

    private bool IsWordBefore(int index) => index > 0 && IsWord(text[index - 1]);

    private static bool IsWord(char c) => char.IsLetterOrDigit(c) || c == '_';
}
