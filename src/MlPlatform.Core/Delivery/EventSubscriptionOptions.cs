namespace MlPlatform.Core;

/// <summary>A subscription to be made.</summary>
/// <param name="Name">What people call it, 1 to 250 characters.</param>
/// <param name="Address">Where messages go: <c>https</c>, or <c>http</c> if <see cref="DeliveryOptions.AllowHttp"/> is set.</param>
public sealed record EventSubscriptionOptions(string Name, Uri Address)
{
    /// <summary>The name of the <see cref="IEventFormat"/>. Default: <c>cloudevents</c>.</summary>
    public string Format { get; init; } = "cloudevents";

    /// <summary>What it is for.</summary>
    public string? Description { get; init; }

    /// <summary>What it wants to hear of, in the words of its format; <c>cloudevents</c> takes <see cref="EventTypes"/>. Default: everything.</summary>
    public IReadOnlyList<string> Filter { get; init; } = [];

    /// <summary>Signs the messages; kept encrypted. Default: none, messages are not signed.</summary>
    public string? Secret { get; init; }

    /// <summary>Whether it is told at once. Default: true.</summary>
    public bool IsActive { get; init; } = true;

    /// <summary>It is told what happened after this. Default: only what comes from now on.</summary>
    public EventPosition? From { get; init; }
}
