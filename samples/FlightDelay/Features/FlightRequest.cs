namespace FlightDelay;

/// <summary>What the caller knows at departure.</summary>
internal sealed record FlightRequest(string Origin, string Destination, DateTimeOffset DepartedAt, float Distance);
