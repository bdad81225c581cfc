using System.Globalization;
using MlPlatform.AspNetCore.Internal.InferenceProtocol;
using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>What models have done, in the protocol's message.</summary>
internal static class GrpcStatistics
{
    public static ModelStatisticsResponse Of(IEnumerable<Serving.ModelStatistics> statistics) =>
        new() { ModelStats = { statistics.Select(Of) } };

    private static InferenceProtocol.ModelStatistics Of(Serving.ModelStatistics of)
    {
        var message = new InferenceProtocol.ModelStatistics
        {
            Name = of.Version.Name,
            Version = of.Version.Version.ToString(CultureInfo.InvariantCulture),
            LastInference = (ulong)(of.LastPrediction?.ToUnixTimeMilliseconds() ?? 0),
            InferenceCount = (ulong)of.Rows,
            ExecutionCount = (ulong)of.Runs.Sum(r => r.Infer.Count),
            InferenceStats = new()
            {
                Success = Of(of.Success),
                Fail = Of(of.Failure),
                Queue = Of(of.Queue),
                ComputeInput = Of(of.Input),
                ComputeInfer = Of(of.Infer),
                ComputeOutput = Of(of.Output),
                CacheHit = new(), // There is no cache.
                CacheMiss = new(),
            },
        };
        message.BatchStats.Add(
            of.Runs.Select(r => new InferBatchStatistics
            {
                BatchSize = (ulong)r.Rows,
                ComputeInput = new(), // Timed for each request, not for each run.
                ComputeInfer = Of(r.Infer),
                ComputeOutput = new(),
            })
        );
        return message;
    }

    private static StatisticDuration Of(TimeStatistics time) =>
        new() { Count = (ulong)time.Count, Ns = (ulong)(time.Total.Ticks * TimeSpan.NanosecondsPerTick) };
}
