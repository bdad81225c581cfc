namespace FlightDelay;

/// <summary>A row of the training set: the request, when it was made, and what became true.</summary>
/// <param name="EventTimestamp">The hour before the departure: the replay, too, reports landings by the hour.</param>
internal sealed record FlightExample(
    string Origin,
    string Destination,
    DateTimeOffset DepartedAt,
    float Distance,
    DateTimeOffset EventTimestamp,
    bool Late
)
{
    public static FlightExample Of(Flight flight) =>
        new(
            flight.Origin,
            flight.Destination,
            new(flight.DepartedAt, TimeSpan.Zero),
            flight.Distance,
            new(flight.DepartedAt.Date.AddHours(flight.DepartedAt.Hour), TimeSpan.Zero),
            flight.Late
        );
}
