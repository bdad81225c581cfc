using MlPlatform.Core;

namespace MlPlatform.Serving;

/// <summary>What a caller may say about one prediction.</summary>
public readonly record struct PredictOptions
{
    /// <summary>The prediction's id; null makes one. A replay gives its own, so that it makes the same ones again.</summary>
    public PredictionId? Id { get; init; }

    /// <summary>Keeps a caller on one side of a rollout, for example a user's id; null routes by the prediction's id.</summary>
    public string? RoutingKey { get; init; }

    /// <summary>The segment that the prediction belongs to; stored with it. Null for none.</summary>
    public string? Segment { get; init; }

    /// <summary>How long an answer is of use; a request that could not be answered in time is refused rather than run. Null, or <see cref="System.Threading.Timeout.InfiniteTimeSpan"/>, for no limit.</summary>
    /// <remarks>It counts for the wait until a model is loaded too. A run in progress is not interrupted.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public TimeSpan? Timeout
    {
        get;
        init =>
            field =
                value is null || value == System.Threading.Timeout.InfiniteTimeSpan ? null
                : value >= TimeSpan.Zero ? value
                : throw new ArgumentOutOfRangeException(nameof(value), value, "A time is not negative.");
    }

    /// <summary>Which of the requests that wait goes first.</summary>
    public PredictionPriority Priority { get; init; }

    /// <summary>The version that must answer, for whoever tries one out.</summary>
    /// <remarks>One that neither serves nor is the candidate is a <see cref="PredictionInputException"/>.</remarks>
    public PredictionTarget Target { get; init; }
}
