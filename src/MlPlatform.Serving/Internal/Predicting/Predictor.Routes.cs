using System.Collections.Concurrent;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

internal sealed partial class Predictor<TIn, TOut>
{
    private readonly ConcurrentDictionary<LoadedVersion, BoundVersion<TIn, TOut>> bindings = new(ReferenceEqualityComparer.Instance);

    public override LoadedVersion? Primary => table?.Primary.Version;

    public override LoadedVersion? Candidate => table?.Candidate?.Version;

    public override double Share => (double)(table?.Split.Buckets ?? 0) / TrafficSplit.Total;

    public override async Task BindAsync(LoadedVersion version, CancellationToken cancellationToken)
    {
        if (bindings.ContainsKey(version))
        {
            return;
        }

        var schema = features is null ? DataSchema.Empty : await features.DescribeAsync(cancellationToken).ConfigureAwait(false);
        var problems = new List<string>();
        var missing = new List<int>();
        var write = InputBinder.Compile<TIn>(version.Inputs, schema, problems, missing);
        var matched = FeatureColumns.Match(version.Inputs, missing, schema, problems);
        var outputProblems = new List<string>();
        var read = OutputBinder.Compile<TOut>(version.Outputs, outputProblems);
        problems.AddRange(outputProblems);
        if (problems.Count > 0)
        {
            throw new PredictorMismatchException(version.Id, typeof(TIn), typeof(TOut), problems);
        }

        ForgetRetired(); // Loads that failed after this step publish nothing, and are tried again and again.
        bindings[version] = new(version, write, read, missing.Count == 0 ? null : new(version.Inputs, missing, matched));
    }

    public override void Publish(LoadedVersion primary, LoadedVersion? candidate, Rollout? rollout, StepCounters? counters)
    {
        var before = table;
        var lane = before?.Shadow;
        if (rollout?.State != RolloutState.Shadow || candidate is null)
        {
            lane = null;
        }
        else if (lane is null || lane.Version != candidate || lane.Counters != counters)
        {
            lane = new(bindings[candidate], features, sink, counters!, TrafficSplit.SaltOf(rollout), shadowQueueSize, logger);
        }

        table = new(bindings[primary])
        {
            Candidate = candidate is null ? null : bindings[candidate],
            Split = candidate is null ? default : TrafficSplit.Of(TrafficSplit.SaltOf(rollout!), rollout!.Share),
            Shadow = lane,
            Counters = candidate is null ? null : counters,
        };
        if (before?.Shadow is { } old && old != lane)
        {
            old.Close();
        }

        ForgetRetired();
    }

    private void ForgetRetired()
    {
        foreach (var version in bindings.Keys.Where(v => v.Leases.IsClosed))
        {
            bindings.TryRemove(version, out _);
        }
    }

    public override Task DrainShadowAsync() => table?.Shadow?.DrainAsync() ?? Task.CompletedTask;

    public override void Close()
    {
        closed = true;
        table?.Shadow?.Close();
    }
}
