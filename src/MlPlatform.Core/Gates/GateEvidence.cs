namespace MlPlatform.Core;

/// <summary>One measured comparison behind a gate's verdict.</summary>
/// <param name="Metric">What was measured, for example <c>auc</c>.</param>
/// <param name="N">How many rows, or pairs, it rests on.</param>
public sealed record GateEvidence(string Metric, long N)
{
    /// <summary>The slice of the data; null for all of it.</summary>
    public string? Slice { get; init; }

    /// <summary>The candidate's value.</summary>
    public double? Candidate { get; init; }

    /// <summary>The baseline's value.</summary>
    public double? Baseline { get; init; }

    /// <summary>The estimated difference, positive when the candidate is better.</summary>
    public double? Estimate { get; init; }

    /// <summary>The interval's lower end.</summary>
    public double? Low { get; init; }

    /// <summary>The interval's upper end.</summary>
    public double? High { get; init; }

    /// <summary>The interval's confidence level, 0 to 1.</summary>
    public double? Level { get; init; }

    /// <summary>What the estimate was held against.</summary>
    public double? Threshold { get; init; }
}
