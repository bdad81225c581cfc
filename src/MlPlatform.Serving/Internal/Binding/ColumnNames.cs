namespace MlPlatform.Serving.Internal;

/// <summary>Compares names as a predictor matches them: ignoring case and underscores, so that <c>MeanDelay</c> is <c>mean_delay</c>.</summary>
internal sealed class ColumnNames : IEqualityComparer<string>
{
    public static ColumnNames Comparer { get; } = new();

    public bool Equals(string? x, string? y)
    {
        if (x is null || y is null)
        {
            return ReferenceEquals(x, y);
        }
        var j = 0;
        foreach (var c in x)
        {
            if (c == '_')
            {
                continue;
            }
            while (j < y.Length && y[j] == '_')
            {
                j++;
            }
            if (j == y.Length || char.ToUpperInvariant(y[j++]) != char.ToUpperInvariant(c))
            {
                return false;
            }
        }
        return y.AsSpan(j).IndexOfAnyExcept('_') < 0;
    }

    public int GetHashCode(string obj)
    {
        var hash = default(HashCode);
        foreach (var c in obj)
        {
            if (c != '_')
            {
                hash.Add(char.ToUpperInvariant(c));
            }
        }
        return hash.ToHashCode();
    }
}
