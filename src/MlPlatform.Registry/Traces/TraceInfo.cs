namespace MlPlatform.Registry;

/// <summary>What is known of a trace beside its spans.</summary>
public sealed record TraceInfo
{
    /// <summary>Its id, up to 50 characters; of a trace of OpenTelemetry <c>tr-</c> and the 32 hexadecimal digits.</summary>
    public required string Id { get; init; }

    /// <summary>The experiment that it belongs to.</summary>
    public required string ExperimentId { get; init; }

    /// <summary>The id that the application has for the request.</summary>
    public string? ClientRequestId { get; init; }

    /// <summary>The beginning of what was asked.</summary>
    public string? RequestPreview { get; init; }

    /// <summary>The beginning of what was answered.</summary>
    public string? ResponsePreview { get; init; }

    /// <summary>When it began, by the clock of the program that was traced.</summary>
    public required DateTimeOffset RequestTime { get; init; }

    /// <summary>How long it took; null while it is not known.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>How it stands.</summary>
    public TraceState State { get; init; }

    /// <summary>What was said about it once and does not change.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Free-form tags.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
