namespace FlightDelay;

internal sealed record RouteDelays(double? RouteLate30d, double? RouteDelay30d);
