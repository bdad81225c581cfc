using System.Text.Json.Nodes;
using MlPlatform.Core;

namespace MlPlatform.Features.Internal;

/// <summary>Sums up the columns of training sets, so that a later one can be compared with what a model was trained on.</summary>
internal sealed class TrainingStatistics(IArtifactStore artifacts, IMetadataDatabase database)
{
    /// <summary>Keeps the summary as an artifact and says so in the event log.</summary>
    /// <param name="service">The service with its version.</param>
    /// <param name="set">The training set.</param>
    /// <param name="eventTime">The column of the rows' times.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    public async Task RecordAsync(AssetRef service, TrainingSet set, FeatureColumn eventTime, CancellationToken cancellationToken)
    {
        var summary = new JsonObject { ["rows"] = set.RowCount, ["columns"] = new JsonArray([.. set.Columns.Select(Summarize)]) };
        var bytes = CanonicalJson.Serialize(summary);
        var info = await artifacts.PutBytesAsync(bytes, cancellationToken).ConfigureAwait(false);
        var times = eventTime.As<long>().ToArray().Where((_, row) => !eventTime.Nulls[row]).ToArray();
        await database
            .WriteAsync(
                Durability.Process,
                work =>
                {
                    work.Reference(info.Digest, new("featureStats", service.ToString()));
                    work.Append(
                        new(EventTypes.FeatureStats, service)
                        {
                            Payload = new JsonObject
                            {
                                ["windowStart"] = Time(times, Enumerable.Min),
                                ["windowEnd"] = Time(times, Enumerable.Max),
                                ["rows"] = set.RowCount,
                                ["columns"] = set.Columns.Count,
                                ["digest"] = info.Digest.ToString(),
                            },
                        }
                    );
                    return Task.CompletedTask;
                },
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    private static string? Time(long[] times, Func<IEnumerable<long>, long> pick) =>
        times.Length == 0 ? null : StoredTime.FromMicros(pick(times)).UtcDateTime.ToString("O");

    private static JsonObject Summarize(FeatureColumn column)
    {
        var nulls = column.Nulls.Count(n => n);
        var summary = new JsonObject
        {
            ["name"] = column.Column.Name,
            ["type"] = column.Column.Type.ToString(),
            ["nulls"] = nulls,
        };
        if (column.Values is string[] texts)
        {
            summary["distinct"] = texts.Where((_, row) => !column.Nulls[row]).Distinct(StringComparer.Ordinal).Count();
            return summary;
        }

        if (Moments(column) is not { } moments)
        {
            return summary;
        }

        summary["nonFinite"] = column.Values.Length - nulls - moments.Count;
        if (moments.Count > 0)
        {
            summary["mean"] = moments.Mean;
            summary["standardDeviation"] = Math.Sqrt(moments.Variance);
            summary["minimum"] = moments.Minimum;
            summary["maximum"] = moments.Maximum;
        }

        return summary;
    }

    /// <summary>Null for what is no number.</summary>
    private static MomentsSketch? Moments(FeatureColumn column) =>
        column.Values switch
        {
            bool[] values => Moments(values, column.Nulls, v => v ? 1 : 0),
            int[] values => Moments(values, column.Nulls, v => v),
            long[] values => Moments(values, column.Nulls, v => v),
            float[] values => Moments(values, column.Nulls, v => v),
            double[] values => Moments(values, column.Nulls, v => v),
            _ => null,
        };

    private static MomentsSketch Moments<T>(T[] values, bool[] nulls, Func<T, double> number)
    {
        var moments = new MomentsSketch();
        for (var row = 0; row < values.Length; row++)
        {
            if (!nulls[row] && number(values[row]) is var value && double.IsFinite(value))
            {
                moments.Add(value);
            }
        }

        return moments;
    }
}
