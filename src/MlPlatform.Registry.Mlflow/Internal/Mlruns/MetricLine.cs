using System.Globalization;
using MlPlatform.Core;

namespace MlPlatform.Registry.Mlflow.Internal;

/// <summary>A line of a file of metrics.</summary>
internal static class MetricLine
{
    /// <summary>Of a run: time in milliseconds, value, and in later versions step, then the dataset's name and digest.</summary>
    public static MetricEntry Parse(string key, string line)
    {
        var parts = line.Trim().Split(' ');
        return parts.Length is 2 or 3 or 5 ? Read(key, line, parts) : throw Wrong(key, line);
    }

    /// <summary>Of a logged model: time, value, step, run, and the dataset's name and digest; null when the run is none of ours.</summary>
    public static (RunId Run, MetricEntry Point)? ParseOfModel(string key, string line)
    {
        var parts = line.Trim().Split(' ');
        if (parts.Length is not (4 or 6))
        {
            throw Wrong(key, line);
        }

        var point = Read(key, line, parts);
        var ofDataset = parts.Length == 6 ? point with { DatasetName = parts[4], DatasetDigest = parts[5] } : point;
        return RemoteAssets.TryRunId(parts[3]) is { } run ? (run, ofDataset) : null;
    }

    private static MetricEntry Read(string key, string line, string[] parts) =>
        long.TryParse(parts[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var time)
        && TryParseValue(parts[1], out var value)
        && long.TryParse(parts.Length > 2 ? parts[2] : "0", NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var step)
            ? new(key, value, step, DateTimeOffset.UnixEpoch.AddMilliseconds(Math.Clamp(time, 0, 253_402_300_799_999)))
            : throw Wrong(key, line);

    private static FormatException Wrong(string key, string line) =>
        new($"Metric '{key}' has the line '{(line.Length <= 100 ? line : line[..100])}', which is none of a metric.");

    /// <summary>As Python writes numbers: <c>nan</c>, <c>inf</c>.</summary>
    private static bool TryParseValue(string text, out double value)
    {
        value = text switch
        {
            "nan" => double.NaN,
            "inf" => double.PositiveInfinity,
            "-inf" => double.NegativeInfinity,
            _ => 0,
        };
        return value != 0 || double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
    }
}
