namespace MlPlatform.Features.DuckDb.Internal;

/// <summary>The mean of values and the squares of what they deviate from it; of values that are not finite only their number.</summary>
internal readonly record struct Moments(long Count, double Mean, double Squares, long NotFinite) : IFold<Moments>
{
    public static Moments Of(double value) => double.IsFinite(value) ? new(1, value, 0, 0) : new(0, 0, 0, 1);

    public static Moments Join(Moments before, Moments after)
    {
        if (before.Count == 0 || after.Count == 0)
        {
            var one = before.Count == 0 ? after : before;
            return one with { NotFinite = before.NotFinite + after.NotFinite };
        }

        var count = before.Count + after.Count;
        var step = after.Mean - before.Mean;
        return new(
            count,
            before.Mean + (step * after.Count / count),
            before.Squares + after.Squares + (step * step * before.Count * after.Count / count),
            before.NotFinite + after.NotFinite
        );
    }

    /// <summary>The sample variance: none of a single value, and not a number when there is one that is not finite.</summary>
    public double? Variance()
    {
        if (Count + NotFinite < 2)
        {
            return null;
        }

        return NotFinite > 0 ? double.NaN : Squares / (Count - 1);
    }
}
