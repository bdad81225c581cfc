namespace MlPlatform.Core;

/// <summary>Options of the delivery of events; configuration section <c>MlPlatform:Delivery</c>.</summary>
public sealed class DeliveryOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "MlPlatform:Delivery";

    /// <summary>Whether addresses may be <c>http</c>, for development. Default: false.</summary>
    public bool AllowHttp { get; set; }

    /// <summary>
    /// Networks that may be called although they are not public, as <c>10.1.0.0/16</c>: otherwise whoever makes a subscription could reach what only this server
    /// can. Default: none. What a name means is looked at when the connection is made.
    /// </summary>
    public IList<string> AllowedNetworks { get; } = [];

    /// <summary>How often an event is tried. Default: 10. Range: 1 to 100.</summary>
    public int MaximumAttempts { get; set; } = 10;

    /// <summary>How long to wait before the second try, in work time; then twice as long each time. Default: 5 s. Range: 1 s to 1 h.</summary>
    public TimeSpan FirstRetryDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest wait between tries, also when the receiver asks for more. Default: 1 h. Range: 1 s to 1 day.</summary>
    public TimeSpan MaximumRetryDelay { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long a receiver may take to answer. Default: 10 s. Range: 1 s to 1 min.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);
}
