namespace FlightDelay;

/// <summary>What goes wrong on purpose, to see what the platform does then.</summary>
internal enum FaultKind
{
    None,

    /// <summary>Distances suddenly come in kilometres.</summary>
    Kilometres,

    /// <summary>The busiest airport's landings are no longer reported.</summary>
    FeedStops,

    /// <summary>The truth is recorded for the wrong flights.</summary>
    LabelsShuffled,
}
