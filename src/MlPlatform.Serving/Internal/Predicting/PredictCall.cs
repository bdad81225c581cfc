using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>What travels with one request besides its input.</summary>
internal readonly record struct PredictCall(PredictionId Id, string? RoutingKey, string? Segment)
{
    /// <summary>When it came, in platform time; microseconds.</summary>
    public long Time { get; init; }

    /// <summary>The same, as a timestamp of the work clock.</summary>
    public long Started { get; init; }

    /// <summary>When it is to be run.</summary>
    public RunTerms Terms { get; init; }

    /// <summary>The version that must answer; the default is any.</summary>
    public PredictionTarget Target { get; init; }

    /// <summary>The candidate has failed on it already.</summary>
    public bool PrimaryOnly { get; init; }

    /// <summary>Counts the candidate's failure if the default version answers; null when there is nothing to count.</summary>
    public TrafficCounter? Refusal { get; init; }
}
