using System.Globalization;

namespace FlightDelay;

/// <summary>One setting of the trainer.</summary>
internal sealed record GridPoint(int Leaves, int Trees, double LearningRate)
{
    public IReadOnlyDictionary<string, string> ToParams() =>
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["leaves"] = Leaves.ToString(CultureInfo.InvariantCulture),
            ["trees"] = Trees.ToString(CultureInfo.InvariantCulture),
            ["learningRate"] = LearningRate.ToString(CultureInfo.InvariantCulture),
        };
}
