namespace MlPlatform.Registry;

/// <summary>What changes of a run; null leaves a thing as it is.</summary>
public sealed record RunChange
{
    /// <summary>Another name.</summary>
    public string? Name { get; init; }

    /// <summary>Another status. A run that ends without an end time ends now; one that runs again has none.</summary>
    public RunStatus? Status { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndTime { get; init; }
}
