using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace MlPlatform.Pipelines.Internal;

/// <summary>
/// The simple values that a body has captured, or that its pipeline holds, count as its code: they were there where it was defined. So do arrays,
/// lists, dictionaries and tuples of them; other objects, such as services, do not.
/// </summary>
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

        foreach (
            var field in target
                .GetType()
                .GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
                .OrderBy(f => f.MetadataToken)
        )
        {
            AppendValue(text, field.Name, field.GetValue(target), depth);
        }
    }

    private static void AppendValue(StringBuilder text, string name, object? value, int depth)
    {
        switch (value)
        {
            case DateTime or DateTimeOffset:
                text.Append(CultureInfo.InvariantCulture, $"{name}={value:O};"); // The default format drops fractions of a second.
                break;
            case IFormattable or string or bool or null:
                text.Append(CultureInfo.InvariantCulture, $"{name}={value};");
                break;
            case StepRef step:
                text.Append(CultureInfo.InvariantCulture, $"{name}->{step.Name};");
                break;
            case ITuple tuple:
                AppendAll(text, name, Enumerable.Range(0, tuple.Length).Select(i => tuple[i]), depth);
                break;
            case IDictionary pairs:
                AppendAll(text, name, pairs.Keys.Cast<object?>().Concat(pairs.Values.Cast<object?>()), depth);
                break;
            case ICollection items:
                AppendAll(text, name, items.Cast<object?>(), depth);
                break;
            default:
                Append(text, value, depth + 1);
                break;
        }
    }

    private static void AppendAll(StringBuilder text, string name, IEnumerable<object?> values, int depth)
    {
        text.Append(CultureInfo.InvariantCulture, $"{name}[");
        foreach (var value in values)
        {
            AppendValue(text, string.Empty, value, depth + 1);
        }

        text.Append("];");
    }

    private static bool IsClosure(Type type) =>
        type.Name.Contains("DisplayClass", StringComparison.Ordinal) || type.IsSubclassOf(typeof(Pipeline));
}
