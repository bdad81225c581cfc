namespace MlPlatform.Registry.Internal;

internal enum SearchToken
{
    /// <summary>A keyword, an attribute, or an entity with its key: <c>AND</c>, <c>status</c>, <c>metrics.val.auc</c>, <c>tags."a b"</c>.</summary>
    Word,

    /// <summary>A key in backticks.</summary>
    Backticked,

    /// <summary>A key before an operator, a text after one.</summary>
    DoubleQuoted,

    SingleQuoted,
    Number,
    Comparison,
    Open,
    Close,
    Comma,
}
