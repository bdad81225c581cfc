namespace MlPlatform.Core;

/// <summary>What is to be changed of a subscription; null leaves a member as it is.</summary>
public sealed record EventSubscriptionChange
{
    /// <summary>Another name.</summary>
    public string? Name { get; init; }

    /// <summary>Another description.</summary>
    public string? Description { get; init; }

    /// <summary>Another address.</summary>
    public Uri? Address { get; init; }

    /// <summary>Another filter.</summary>
    public IReadOnlyList<string>? Filter { get; init; }

    /// <summary>Another secret; an empty one ends signing.</summary>
    public string? Secret { get; init; }

    /// <summary>Whether it is told.</summary>
    public bool? IsActive { get; init; }

    /// <summary>Tells it again, or only, what happened after this.</summary>
    public EventPosition? From { get; init; }
}
