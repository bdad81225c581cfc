namespace MlPlatform.Core;

/// <summary>An address that is told of events.</summary>
public sealed record EventSubscription
{
    /// <summary>Its id, 32 hexadecimal digits; the ids sort by age.</summary>
    public required string Id { get; init; }

    /// <summary>What people call it.</summary>
    public required string Name { get; init; }

    /// <summary>What it is for.</summary>
    public string? Description { get; init; }

    /// <summary>The name of the <see cref="IEventFormat"/>.</summary>
    public required string Format { get; init; }

    /// <summary>Where messages go.</summary>
    public required Uri Address { get; init; }

    /// <summary>What it wants to hear of, in the words of its format. Empty: everything that the format can say.</summary>
    public IReadOnlyList<string> Filter { get; init; } = [];

    /// <summary>Whether messages are signed. The secret itself is never given out.</summary>
    public bool HasSecret { get; init; }

    /// <summary>Whether it is told anything at present. What happens meanwhile is told later.</summary>
    public bool IsActive { get; init; }

    /// <summary>Everything up to here is settled: delivered, given up, or of no concern.</summary>
    public EventPosition Position { get; init; }

    /// <summary>How often the event after <see cref="Position"/> was tried in vain.</summary>
    public int FailedAttempts { get; init; }

    /// <summary>What the last try said, if it failed.</summary>
    public string? LastError { get; init; }

    /// <summary>When it was made, in platform time.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last changed by someone, in platform time.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }
}
