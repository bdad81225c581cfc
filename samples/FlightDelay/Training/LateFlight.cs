namespace FlightDelay;

/// <summary>The model's answer.</summary>
/// <param name="Probability">How likely the flight is to be more than 15 minutes late.</param>
internal sealed record LateFlight(float Probability);
