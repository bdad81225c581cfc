namespace FlightDelay;

internal sealed record DestinationDelays(
    double? DestinationLate3h,
    double? DestinationDelay3h,
    double? DestinationLate24h,
    double? DestinationDelay24h
);
