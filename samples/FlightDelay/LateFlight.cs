namespace FlightDelay;

/// <summary>The model's answer.</summary>
internal sealed class LateFlight
{
    public float Probability { get; set; }
}
