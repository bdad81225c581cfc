namespace FlightDelay;

internal sealed record OriginKey(string Origin);
