namespace MlPlatform.Core;

/// <summary>Which events to read; unset members do not restrict.</summary>
public sealed record EventQuery
{
    /// <summary>Only events after this position. Default: the start of the log.</summary>
    public EventPosition After { get; init; }

    /// <summary>Only these types.</summary>
    public IReadOnlyCollection<string>? Types { get; init; }

    /// <summary>Only events of this subject.</summary>
    public AssetRef? Subject { get; init; }

    /// <summary>At most so many, 1 to 10,000. Default: 1,000.</summary>
    public int Limit { get; init; } = 1000;
}
