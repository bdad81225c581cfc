namespace MlPlatform.Core;

/// <summary>A test statistic with its p-value; both NaN when the test is undefined for the data.</summary>
/// <param name="Statistic">The statistic.</param>
/// <param name="PValue">The probability of a statistic at least as extreme when nothing differs.</param>
public readonly record struct TestResult(double Statistic, double PValue)
{
    /// <summary>The result of a test that the data do not allow.</summary>
    public static TestResult Undefined => new(double.NaN, double.NaN);
}
