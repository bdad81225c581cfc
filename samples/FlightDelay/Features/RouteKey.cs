namespace FlightDelay;

internal sealed record RouteKey(string Origin, string Destination);
