namespace MlPlatform.Features.Tests;

public sealed record Landing(
    string Id,
    string? Origin,
    DateTimeOffset KnownAt,
    float? Delay,
    bool Late,
    int Seats,
    DateTimeOffset? Recorded = null
);
