using System.Collections;
using System.Globalization;
using System.Reflection;
using Microsoft.ML.Trainers;

namespace MlPlatform.Sdk.Internal;

/// <summary>The steps of an estimator, and its trainer's hyperparameters.</summary>
/// <remarks>
/// ML.NET shows neither. Its chains keep their steps in a field, and its trainers keep the public options that they were made from; where one does not,
/// less is logged.
/// </remarks>
internal static class EstimatorParams
{
    private const BindingFlags Members = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
    private const int LongestValue = 6000;

    public static IReadOnlyDictionary<string, string> Of(object estimator)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var steps = StepsOf(estimator).ToArray();
        var trainers = 0;
        foreach (var step in steps)
        {
            if (OptionsOf(step) is not { } options)
            {
                continue;
            }

            trainers++;
            var name = trainers == 1 ? "trainer" : string.Create(CultureInfo.InvariantCulture, $"trainer{trainers}");
            values[name] = step.GetType().Name;
            foreach (var field in options.GetType().GetFields(BindingFlags.Public | BindingFlags.Instance))
            {
                if (Text(field.GetValue(options)) is { } value)
                {
                    values[$"{name}.{field.Name}"] = value;
                }
            }
        }

        values["pipeline"] = Cut(string.Join(" > ", steps.Select(s => s.GetType().Name)));
        return values;
    }

    private static IEnumerable<object> StepsOf(object estimator) =>
        FieldOf(estimator, "_estimators") is IEnumerable steps ? steps.Cast<object>().SelectMany(StepsOf) : [estimator];

    private static object? FieldOf(object owner, string name) =>
        owner.GetType().GetField(name, BindingFlags.Instance | BindingFlags.NonPublic)?.GetValue(owner);

    private static TrainerInputBase? OptionsOf(object step)
    {
        for (var type = step.GetType(); type is not null && type != typeof(object); type = type.BaseType)
        {
            foreach (var field in type.GetFields(Members))
            {
                if (typeof(TrainerInputBase).IsAssignableFrom(field.FieldType) && field.GetValue(step) is TrainerInputBase options)
                {
                    return options;
                }
            }
        }

        return null;
    }

    private static string? Text(object? value) =>
        value switch
        {
            null => null,
            string text => Cut(text),
            Enum or bool => value.ToString(),
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => Cut(value.GetType().Name), // A nested component: its own settings are not simple values.
        };

    private static string Cut(string text) => text.Length <= LongestValue ? text : text[..LongestValue];
}
