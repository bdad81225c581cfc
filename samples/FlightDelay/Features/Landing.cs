namespace FlightDelay;

/// <summary>A flight whose delay has become known.</summary>
internal sealed record Landing(int Number, string Origin, string Destination, DateTimeOffset KnownAt, float Delay, bool Late)
{
    /// <summary>One flight a day late must not decide an airport's mean.</summary>
    private const float LongestDelay = 180;

    public static Landing Of(Flight flight) =>
        new(
            flight.Number,
            flight.Origin,
            flight.Destination,
            new(flight.KnownAt, TimeSpan.Zero),
            Math.Clamp(flight.Delay, -LongestDelay, LongestDelay),
            flight.Late
        );
}
