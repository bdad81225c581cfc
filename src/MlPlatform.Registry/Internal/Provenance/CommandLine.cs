namespace MlPlatform.Registry.Internal;

/// <summary>A process's arguments as they may be kept: what looks like a secret is left out.</summary>
internal static class CommandLine
{
    private const int MaximumLength = 4000;
    private const string Hidden = "***";

    private static readonly string[] SecretWords = ["password", "pwd", "secret", "token", "key", "credential", "connectionstring", "sas"];

    public static string Of(IReadOnlyList<string> arguments)
    {
        var kept = new List<string>(arguments.Count);
        var hideNext = false;
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = i == 0 ? Path.GetFileName(arguments[i]) : arguments[i];
            var equals = argument.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? argument : argument[..equals];
            var isSecret = i > 0 && (name.StartsWith('-') || name.StartsWith('/') || equals >= 0) && IsSecret(name);
            kept.Add(
                hideNext ? Hidden
                : isSecret && equals >= 0 ? $"{name}={Hidden}"
                : HasPassword(argument) ? Hidden
                : argument
            );
            hideNext = !hideNext && isSecret && equals < 0;
        }

        var line = string.Join(' ', kept.Select(a => a.Contains(' ', StringComparison.Ordinal) ? $"\"{a}\"" : a));
        return line.Length <= MaximumLength ? line : line[..MaximumLength];
    }

    private static bool IsSecret(string name) => SecretWords.Any(w => name.Contains(w, StringComparison.OrdinalIgnoreCase));

    /// <summary>A connection string, or an address with a password, under a name that does not show it.</summary>
    private static bool HasPassword(string argument) =>
        argument.Contains("password=", StringComparison.OrdinalIgnoreCase)
        || argument.Contains("pwd=", StringComparison.OrdinalIgnoreCase)
        || argument.Contains("AccountKey=", StringComparison.OrdinalIgnoreCase)
        || (Uri.TryCreate(argument, UriKind.Absolute, out var uri) && uri.UserInfo.Contains(':', StringComparison.Ordinal));
}
