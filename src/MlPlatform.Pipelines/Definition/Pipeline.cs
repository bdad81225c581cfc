using System.Text;
using System.Text.Json;
using MlPlatform.Pipelines.Internal;

namespace MlPlatform.Pipelines;

/// <summary>What all pipelines have in common. Derive from <see cref="Pipeline{TParams}"/>.</summary>
public abstract class Pipeline
{
    private protected Pipeline() { }

    /// <summary>Its name in runs, events and commands. Default: the type's name in kebab case, without a final "Pipeline".</summary>
    public virtual string Name => KebabCase(GetType().Name);

    internal abstract PipelineGraph Build(JsonSerializerOptions json);

    private static string KebabCase(string name)
    {
        const string Suffix = "Pipeline";
        name = name.Length > Suffix.Length && name.EndsWith(Suffix, StringComparison.Ordinal) ? name[..^Suffix.Length] : name;
        var text = new StringBuilder();
        foreach (var c in name)
        {
            if (char.IsAsciiLetterUpper(c) && text.Length > 0 && text[^1] != '-')
            {
                text.Append('-');
            }

            text.Append(char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : '-');
        }

        return text.ToString().Trim('-');
    }
}
