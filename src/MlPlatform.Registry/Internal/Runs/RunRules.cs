using System.Runtime.CompilerServices;

namespace MlPlatform.Registry.Internal;

/// <summary>What keys, values and names of runs may look like.</summary>
internal static class RunRules
{
    public static void CheckKey(string key, [CallerArgumentExpression(nameof(key))] string? parameter = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(key, parameter);
        if (key.Length > 250 || key[0] == '/' || !key.All(IsAllowed) || key.Split('/').Any(s => s is "." or ".."))
        {
            throw new ArgumentException(
                $"'{key}' cannot be a key: 1 to 250 letters, digits, '_', '-', '.', ':', '/' or spaces, no leading '/', no segment '.' or '..'.",
                parameter
            );
        }
    }

    public static void CheckLength(
        string value,
        int maximum,
        string key,
        [CallerArgumentExpression(nameof(value))] string? parameter = null
    )
    {
        ArgumentNullException.ThrowIfNull(value, parameter);
        if (value.Length > maximum)
        {
            throw new ArgumentException($"The value of '{key}' has {value.Length} characters; at most {maximum} are allowed.", parameter);
        }
    }

    public static void CheckName(string name, [CallerArgumentExpression(nameof(name))] string? parameter = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name, parameter);
        if (name.Length > 500 || name.Any(char.IsControl))
        {
            throw new ArgumentException("A name has 1 to 500 characters without control characters.", parameter);
        }
    }

    private static bool IsAllowed(char c) => char.IsLetterOrDigit(c) || c is '_' or '-' or '.' or ':' or '/' or ' ';
}
