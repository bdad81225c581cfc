namespace MlPlatform.Registry.Internal;

internal static class ModelCardSections
{
    public static readonly IReadOnlyList<(string Title, Func<ModelCard, string?> Text)> All =
    [
        ("Summary", c => c.Summary),
        ("Intended use", c => c.IntendedUse),
        ("Limits", c => c.Limits),
        ("Training data", c => c.TrainingData),
        ("Evaluation data", c => c.EvaluationData),
        ("Ethics", c => c.Ethics),
        ("Owner", c => c.Owner),
        ("Licence", c => c.License),
        ("Metrics", c => c.Metrics.Count == 0 ? null : "measured"),
    ];

    /// <summary>Those that people write.</summary>
    public static IEnumerable<(string Title, Func<ModelCard, string?> Text)> Prose => All.SkipLast(1);
}
