namespace MlPlatform.Features.Tests;

public sealed record FlightRequest(double Distance, int? Hour);
