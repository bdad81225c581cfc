namespace MlPlatform.AspNetCore.Internal;

/// <summary>What holds for the tensors of a request however it came.</summary>
internal static class InferenceLimits
{
    // Far more than any model has; keeps the search for duplicates short.
    private const int MaximumTensors = 1024;

    /// <summary>Who asks for classes, or for memory shared with the server, would take another answer for theirs.</summary>
    public static void RefuseExtension(string parameter, object owner)
    {
        if (parameter == "classification" || parameter.StartsWith("shared_memory_", StringComparison.Ordinal))
        {
            throw MlflowException.InvalidParameter($"{owner}: parameter '{parameter}' is of an extension that this server does not have.");
        }
    }

    public static void RefuseMany(int count, string kind)
    {
        if (count > MaximumTensors)
        {
            throw MlflowException.InvalidParameter($"There are more than {MaximumTensors} {kind}.");
        }
    }

    public static void RefuseTwins(string? one, string? other, string kind)
    {
        if (string.Equals(one, other, StringComparison.Ordinal))
        {
            throw MlflowException.InvalidParameter($"{kind} '{other}' is given twice.");
        }
    }

    public static void RefuseTwins(IEnumerable<string> names, string kind)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        if (names.FirstOrDefault(n => !seen.Add(n)) is { } twin)
        {
            throw MlflowException.InvalidParameter($"{kind} '{twin}' is given twice.");
        }
    }
}
