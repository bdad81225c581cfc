namespace MlPlatform.Registry.Internal;

/// <summary>An expression of an order; never null.</summary>
internal sealed record SortTerm(string Sql, SearchType Type, bool IsDescending)
{
    public string Order(string expression) => IsDescending ? $"{expression} DESC" : expression;
}
