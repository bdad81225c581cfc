namespace FlightDelay;

internal sealed record DestinationKey(string Destination);
