using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>What of a version's buffers monitoring sees: scalar inputs as numbers or hashed categories, the scores, the class.</summary>
/// <remarks>Vector inputs are left out: a distribution of each element says little. Immutable.</remarks>
internal sealed class Observation
{
    private static readonly string[] ScoreNames = ["Probability", "probabilities", "Score", "scores"];
    private static readonly string[] ClassNames = ["PredictedLabel", "label", "class", "output_label"];
    private readonly int[] numeric;
    private readonly int[] categories;
    private readonly int score;
    private readonly int label;
    private readonly bool isProbability;

    public Observation(ModelVersionId version, BufferLayout inputs, BufferLayout outputs, ReadOnlyMemory<byte>? profile)
    {
        var scalars = Enumerable.Range(0, inputs.Columns.Count).Where(i => inputs.Columns[i].Elements == 1).ToList();
        numeric = [.. scalars.Where(i => !inputs.Columns[i].IsText)];
        categories = [.. scalars.Where(i => inputs.Columns[i].IsText)];
        Layout = new(
            version,
            [.. numeric.Select(i => inputs.Columns[i].Column.Name)],
            [.. categories.Select(i => inputs.Columns[i].Column.Name)],
            profile
        );
        score = FindScore(outputs);
        label = Find(outputs, ClassNames, c => !c.IsText && c.Elements == 1 && !ElementTypes.IsFloating(c.Column.Type));
        ScoreCount = score < 0 ? 0 : outputs.Columns[score].Elements;
        isProbability = score >= 0 && outputs.Columns[score].Column is var column && (Is(column.Semantic) || Is(column.Name));

        static bool Is(string? text) => text?.StartsWith("prob", StringComparison.OrdinalIgnoreCase) == true;
    }

    public PredictionLayout Layout { get; }

    public int ScoreCount { get; }

    /// <summary>Whether every score of a slot that has run is a finite number.</summary>
    public bool IsFinite(Slot slot)
    {
        for (var row = 0; row < slot.Inputs.Rows; row++)
        {
            for (var i = 0; i < ScoreCount; i++)
            {
                if (!double.IsFinite(slot.Outputs.GetNumber(score, row, i)))
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>Reads a row of a slot that has run into its scratch arrays.</summary>
    /// <returns>The class, or -1; and whether every score is a finite number.</returns>
    public (int Class, bool IsFinite) Read(Slot slot, int row = 0)
    {
        var numbers = slot.Numeric;
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = slot.Inputs.GetNumber(numeric[i], row, 0);
        }

        for (var i = 0; i < categories.Length; i++)
        {
            slot.Categories[i] = CategoryHash.Of(slot.Inputs.Text(categories[i], row));
        }

        var best = 0;
        var finite = true;
        for (var i = 0; i < ScoreCount; i++)
        {
            var value = slot.Outputs.GetNumber(score, row, i);
            slot.Scores[i] = value;
            finite &= double.IsFinite(value);
            best = value > slot.Scores[best] ? i : best;
        }

        return (label >= 0 ? (int)slot.Outputs.GetNumber(label, row, 0) : Guess(slot, best), finite);
    }

    /// <summary>Without an output that says the class: the larger of several scores, or a probability of at least one half.</summary>
    private int Guess(Slot slot, int best) =>
        ScoreCount > 1 ? best
        : isProbability && !double.IsNaN(slot.Scores[0]) ? (slot.Scores[0] >= 0.5 ? 1 : 0)
        : -1;

    private static int FindScore(BufferLayout outputs)
    {
        for (var i = 0; i < outputs.Columns.Count; i++)
        {
            if (
                IsNumber(outputs.Columns[i])
                && string.Equals(outputs.Columns[i].Column.Semantic, "probability", StringComparison.OrdinalIgnoreCase)
            )
            {
                return i;
            }
        }

        var named = Find(outputs, ScoreNames, IsNumber);
        return named >= 0 ? named : outputs.Columns.ToList().FindIndex(IsNumber);
    }

    private static bool IsNumber(ColumnSlot column) => !column.IsText && column.Elements > 0 && ElementTypes.IsFloating(column.Column.Type);

    private static int Find(BufferLayout layout, string[] names, Func<ColumnSlot, bool> fits)
    {
        foreach (var name in names)
        {
            for (var i = 0; i < layout.Columns.Count; i++)
            {
                if (ColumnNames.Comparer.Equals(layout.Columns[i].Column.Name, name) && fits(layout.Columns[i]))
                {
                    return i;
                }
            }
        }

        return -1;
    }
}
