namespace MlPlatform.Features.Tests;

public sealed record OriginDelays(
    double? MeanDelay,
    double? LateShare,
    long Flights,
    long Known,
    double? Spread,
    float? Worst,
    int? FewestSeats,
    float? Newest,
    int? First,
    double? Sum
);
