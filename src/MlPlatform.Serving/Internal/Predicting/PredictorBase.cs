using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>A predictor as its model's host sees it, whatever its types.</summary>
internal abstract class PredictorBase(ModelReference reference)
{
    public ModelReference Reference { get; } = reference;

    /// <summary>Why the last load for it failed; null when it did not.</summary>
    public Exception? Failure { get; set; }

    /// <summary>When that was, as a timestamp of the work clock; null when it did not fail, or only for want of a deployment.</summary>
    public long? FailedAt { get; set; }

    public abstract LoadedVersion? Primary { get; }

    public abstract LoadedVersion? Candidate { get; }

    public abstract double Share { get; }

    /// <summary>What a request would be told that comes now; null when it would be answered, or may be by a candidate.</summary>
    public abstract ModelOverloadedException? Refuse(PredictionPriority priority = default);

    /// <summary>Compiles what connects the predictor's types to a version; kept while the version is in use.</summary>
    /// <exception cref="PredictorMismatchException">They do not fit.</exception>
    public abstract Task BindAsync(LoadedVersion version, CancellationToken cancellationToken);

    /// <summary>Routes requests to versions that were bound before.</summary>
    public abstract void Publish(LoadedVersion primary, LoadedVersion? candidate, Rollout? rollout, StepCounters? counters);

    /// <summary>Completes when the copies of answered requests are worked on.</summary>
    public abstract Task DrainShadowAsync();

    /// <summary>Answers nothing any more.</summary>
    public abstract void Close();
}
