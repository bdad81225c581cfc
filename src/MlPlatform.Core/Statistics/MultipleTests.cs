namespace MlPlatform.Core;

/// <summary>P-values adjusted for how many tests were made. A NaN stays NaN and does not count as a test.</summary>
public static class MultipleTests
{
    /// <summary>Holm's step-down adjustment (1979): controls the chance of any false rejection. max over j &lt;= i of min(1, (M-j+1) p(j)).</summary>
    /// <returns>The adjusted values, in the order given.</returns>
    public static double[] Holm(ReadOnlySpan<double> pValues)
    {
        var adjusted = pValues.ToArray();
        var order = Order(adjusted);
        var running = 0.0;
        for (var i = 0; i < order.Length; i++)
        {
            running = Math.Max(running, Math.Min(1, (order.Length - i) * pValues[order[i]]));
            adjusted[order[i]] = running;
        }

        return adjusted;
    }

    /// <summary>The Benjamini-Hochberg adjustment (1995): controls the expected share of false rejections. min over j &gt;= i of min(1, M p(j) / j).</summary>
    /// <returns>The adjusted values, in the order given.</returns>
    public static double[] BenjaminiHochberg(ReadOnlySpan<double> pValues)
    {
        var adjusted = pValues.ToArray();
        var order = Order(adjusted);
        var running = 1.0;
        for (var i = order.Length - 1; i >= 0; i--)
        {
            running = Math.Min(running, order.Length * pValues[order[i]] / (i + 1));
            adjusted[order[i]] = running;
        }

        return adjusted;
    }

    private static int[] Order(double[] values) =>
        [.. Enumerable.Range(0, values.Length).Where(i => !double.IsNaN(values[i])).OrderBy(i => values[i])];
}
