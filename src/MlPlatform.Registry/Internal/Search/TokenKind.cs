namespace MlPlatform.Registry.Internal;

internal enum TokenKind
{
    /// <summary>A bare word: an entity, a key or a keyword.</summary>
    Word,

    /// <summary>Text in backticks.</summary>
    Name,

    /// <summary>Text in double quotes: a name before an operator, a text after one.</summary>
    DoubleQuoted,

    /// <summary>Text in single quotes.</summary>
    Text,

    Number,
    Operator,
    Dot,
    End,
}
