namespace FlightDelay;

internal sealed record OriginDelays(double? OriginLate3h, double? OriginDelay3h, double? OriginLate24h, double? OriginDelay24h);
