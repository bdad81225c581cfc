namespace FlightDelay;

/// <summary>What shows the replay to a person.</summary>
internal interface IReplayView
{
    /// <summary>Says what takes long now.</summary>
    void Say(string text);

    /// <summary>Shows where the replay stands.</summary>
    Task ShowAsync(DateTime now, CancellationToken cancellationToken);
}
