namespace MlPlatform.Core;

/// <summary>One prediction as the observer sees it. Spans are valid only during the call.</summary>
public readonly ref struct PredictionRecord
{
    /// <summary>The prediction's id, which labels refer to.</summary>
    public required PredictionId Id { get; init; }

    /// <summary>Model version and columns.</summary>
    public required PredictionLayout Layout { get; init; }

    /// <summary>Which way the request went.</summary>
    public PredictionRoute Route { get; init; }

    /// <summary>When, in platform time, as stored microseconds.</summary>
    public required long TimeMicros { get; init; }

    /// <summary>Numeric inputs; NaN means missing.</summary>
    public ReadOnlySpan<double> Numeric { get; init; }

    /// <summary>XxHash3 of the UTF-8 of each categorical input; 0 means missing.</summary>
    public ReadOnlySpan<ulong> Categories { get; init; }

    /// <summary>The scores; one probability for a binary classifier, one value for a regressor.</summary>
    public ReadOnlySpan<double> Scores { get; init; }

    /// <summary>The predicted class; -1 when there is none.</summary>
    public int Class { get; init; }

    /// <summary>The segment, or null.</summary>
    public string? Segment { get; init; }

    /// <summary>Time in the queue, in <see cref="TimeSpan"/> ticks.</summary>
    public long QueueTicks { get; init; }

    /// <summary>Time in the model, in <see cref="TimeSpan"/> ticks.</summary>
    public long RunTicks { get; init; }
}
