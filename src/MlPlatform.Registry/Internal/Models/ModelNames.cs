using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

/// <summary>The rules for names that end up in references, paths and URLs.</summary>
internal static class ModelNames
{
    public static void CheckModel(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (
            name.Length > 250
            || name is "." or ".."
            || name != name.Trim()
            || name.AsSpan().ContainsAny("/\\:@")
            || name.Any(char.IsControl)
        )
        {
            throw new ArgumentException(
                $"'{name}' cannot name a model: 1 to 250 characters, without '/', '\\', ':', '@' and control characters, not '.' or '..', no space at its ends.",
                nameof(name)
            );
        }
    }

    public static void CheckAlias(string alias)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(alias);
        if (!ModelReference.IsAlias(alias))
        {
            throw new ArgumentException(
                $"'{alias}' cannot be an alias: 1 to 255 letters, digits, '_' and '-', not 'latest' and not 'v' followed by digits.",
                nameof(alias)
            );
        }
    }
}
