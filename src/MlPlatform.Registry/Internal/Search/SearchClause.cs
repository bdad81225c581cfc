namespace MlPlatform.Registry.Internal;

/// <summary>One comparison of a filter.</summary>
/// <param name="Key">What is compared.</param>
/// <param name="Operator">One of <c>= != &lt; &lt;= &gt; &gt;= LIKE ILIKE</c>.</param>
/// <param name="Text">The text it is compared with, when the key is textual.</param>
/// <param name="Number">The number it is compared with, when the key is numeric.</param>
internal sealed record SearchClause(SearchKey Key, string Operator, string? Text, double Number);
