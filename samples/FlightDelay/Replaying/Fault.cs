namespace FlightDelay;

/// <summary>What goes wrong on purpose from a time on. It changes what the platform is told, never what the file says.</summary>
internal sealed class Fault(FaultKind kind, DateTime from, int seed, IReadOnlyList<Flight> flights)
{
    private const float KilometresPerMile = 1.609344f;
    private readonly string busiest = flights
        .GroupBy(f => f.Origin)
        .OrderByDescending(g => g.Count())
        .ThenBy(g => g.Key, StringComparer.Ordinal)
        .First()
        .Key;

    public string? Describe() =>
        kind switch
        {
            FaultKind.Kilometres => $"distances come in kilometres from {from:yyyy-MM-dd} on",
            FaultKind.FeedStops => $"landings from {busiest} are no longer reported from {from:yyyy-MM-dd} on",
            FaultKind.LabelsShuffled => $"the truth is recorded for the wrong flights from {from:yyyy-MM-dd} on",
            _ => null,
        };

    /// <summary>The flight as the platform is told of it at departure.</summary>
    public Flight AtDeparture(Flight flight) =>
        kind == FaultKind.Kilometres && flight.DepartedAt >= from ? flight with { Distance = flight.Distance * KilometresPerMile } : flight;

    /// <summary>Whether its landing is reported.</summary>
    public bool Reports(Flight flight) => kind != FaultKind.FeedStops || flight.KnownAt < from || flight.Origin != busiest;

    /// <summary>What is recorded as the truth: under the fault that of another flight of the file, always the same one.</summary>
    public bool Truth(Flight flight)
    {
        if (kind != FaultKind.LabelsShuffled || flight.KnownAt < from)
        {
            return flight.Late;
        }

        var mixed = (ulong)(flight.Number + 1) * 0x9E3779B97F4A7C15UL ^ (ulong)seed * 0xBF58476D1CE4E5B9UL;
        return flights[(int)((mixed >> 16) % (ulong)flights.Count)].Late;
    }
}
