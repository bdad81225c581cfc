using MlPlatform.Monitoring.Internal;

namespace MlPlatform.Monitoring;

/// <summary>Builds a <see cref="ReferenceProfile"/> from the columns of the training data.</summary>
/// <remarks>Not thread-safe. The order in which columns are added does not matter.</remarks>
public sealed class ReferenceProfileBuilder
{
    private const int TopCategories = 128;
    private const int TailCategories = 1024;

    private readonly SortedDictionary<string, NumericProfile> numeric = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, CategoryProfile> categories = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, double> metrics = new(StringComparer.Ordinal);
    private NumericProfile? scores;

    /// <summary>Adds a numeric column; NaN is missing.</summary>
    /// <exception cref="ArgumentException">The name is blank or taken.</exception>
    public ReferenceProfileBuilder AddNumeric(string name, ReadOnlySpan<double> values)
    {
        ThrowIfTaken(name);
        var finite = Finite(values);
        Array.Sort(finite);
        var (edges, ends) = ReferenceEdges.Choose(finite);
        numeric.Add(name, Count(name, values, edges, ends));
        return this;
    }

    /// <summary>Adds a categorical column; null and empty are missing.</summary>
    /// <exception cref="ArgumentException">The name is blank or taken.</exception>
    public ReferenceProfileBuilder AddCategorical(string name, ReadOnlySpan<string?> values)
    {
        ThrowIfTaken(name);
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        long missing = 0;
        foreach (var value in values)
        {
            if (string.IsNullOrEmpty(value))
            {
                missing++;
            }
            else
            {
                System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(counts, value, out _)++;
            }
        }

        var ordered = counts.OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal).ToArray();
        var top = ordered.Take(TopCategories).Select(c => new CategoryShare(c.Key, CategoryHash.Of(c.Key), c.Value)).ToArray();
        var rest = ordered.Skip(TopCategories).ToArray();
        var complete = rest.Length <= TailCategories;
        var tail = complete ? rest.Select(c => CategoryHash.Of(c.Key)) : [];
        categories.Add(name, new(name, top, tail, complete, rest.Sum(c => c.Value), missing, ordered.LongCount(c => c.Value == 1)));
        return this;
    }

    /// <summary>Adds the scores that the model gave on evaluation data: a grid of 100 bins over 0 to 1, or over their range when they leave it.</summary>
    /// <exception cref="InvalidOperationException">Scores were added before.</exception>
    public ReferenceProfileBuilder AddScores(ReadOnlySpan<double> values)
    {
        if (scores is not null)
        {
            throw new InvalidOperationException("A profile has one score column, and it was added before.");
        }

        var finite = Finite(values);
        var edges = ReferenceEdges.Grid(finite);
        var fine = new EdgeCounts(edges);
        foreach (var value in finite)
        {
            fine.Add(value);
        }

        scores = Count(ReferenceProfile.ScoreColumn, values, edges, ReferenceEdges.EqualMass(fine.Counts, 10));
        return this;
    }

    /// <summary>Sets a metric of the evaluation at training, such as <c>auc</c>; setting it again replaces it.</summary>
    /// <exception cref="ArgumentException">The name is blank or the value not finite.</exception>
    public ReferenceProfileBuilder SetMetric(string name, double value)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        metrics[name] = double.IsFinite(value)
            ? value
            : throw new ArgumentException($"Metric '{name}' is {value}, not a finite number.", nameof(value));
        return this;
    }

    /// <summary>Makes the profile.</summary>
    public ReferenceProfile Build() =>
        new([.. numeric.Values], [.. categories.Values], scores, new Dictionary<string, double>(metrics, StringComparer.Ordinal));

    private static NumericProfile Count(string name, ReadOnlySpan<double> values, double[] edges, int[] ends)
    {
        var counts = new EdgeCounts(edges);
        var moments = new MomentsSketch();
        foreach (var value in values)
        {
            counts.Add(value);
            if (double.IsFinite(value))
            {
                moments.Add(value);
            }
        }

        return new(name, counts, moments, ends);
    }

    private static double[] Finite(ReadOnlySpan<double> values)
    {
        var finite = new List<double>(values.Length);
        foreach (var value in values)
        {
            if (double.IsFinite(value))
            {
                finite.Add(value);
            }
        }

        return [.. finite];
    }

    private void ThrowIfTaken(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (numeric.ContainsKey(name) || categories.ContainsKey(name))
        {
            throw new ArgumentException($"Column '{name}' was added before.", nameof(name));
        }
    }
}
