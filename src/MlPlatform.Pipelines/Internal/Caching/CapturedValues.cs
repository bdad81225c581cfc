using System.Globalization;
using System.Reflection;
using System.Text;

namespace MlPlatform.Pipelines.Internal;

/// <summary>The simple values that a lambda has captured count as its code: they were written into it where it was defined.</summary>
internal static class CapturedValues
{
    public static string Of(object? target)
    {
        var text = new StringBuilder();
        Append(text, target, depth: 0);
        return text.Length == 0 ? string.Empty : "+" + ArtifactDigest.Of(Encoding.UTF8.GetBytes(text.ToString())).Hex[..16];
    }

    private static void Append(StringBuilder text, object? target, int depth)
    {
        if (target is null || depth > 4 || !IsClosure(target.GetType()))
        {
            return;
        }

        foreach (var field in target.GetType().GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).OrderBy(f => f.MetadataToken))
        {
            var value = field.GetValue(target);
            switch (value)
            {
                case IFormattable or string or bool or null:
                    text.Append(CultureInfo.InvariantCulture, $"{field.Name}={value};");
                    break;
                case StepRef step:
                    text.Append(CultureInfo.InvariantCulture, $"{field.Name}->{step.Name};");
                    break;
                default:
                    Append(text, value, depth + 1);
                    break;
            }
        }
    }

    private static bool IsClosure(Type type) => type.Name.Contains("DisplayClass", StringComparison.Ordinal);
}
