namespace MlPlatform.Registry.Internal;

/// <summary>Splits text into the words that models are found by.</summary>
internal static class Words
{
    private const int LongestWord = 64;

    /// <summary>The distinct words in lower case: <c>flight-delayV2</c> has <c>flight</c>, <c>delay</c>, <c>v2</c> and, as written, <c>delayv2</c>.</summary>
    public static IEnumerable<string> Of(string? text)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        var start = -1;
        for (var i = 0; text is not null && i <= text.Length; i++)
        {
            var inside = i < text.Length && char.IsLetterOrDigit(text[i]);
            if (inside && start < 0)
            {
                start = i;
            }
            else if (!inside && start >= 0)
            {
                AddWithParts(found, text[start..i]);
                start = -1;
            }
        }

        return found;
    }

    private static void AddWithParts(HashSet<string> found, string word)
    {
        Add(found, word);
        var start = 0;
        for (var i = 1; i < word.Length; i++)
        {
            if (char.IsUpper(word[i]) && char.IsLower(word[i - 1]))
            {
                Add(found, word[start..i]);
                start = i;
            }
        }

        if (start > 0)
        {
            Add(found, word[start..]);
        }
    }

    private static void Add(HashSet<string> found, string word) =>
        found.Add((word.Length <= LongestWord ? word : word[..LongestWord]).ToLowerInvariant());
}
