namespace FlightDelay;

/// <summary>The names that the parts share.</summary>
internal static class FlightModel
{
    public const string Name = "flight-delay";
    public const string Alias = "champion";
    public const string Reference = $"{Name}@{Alias}";
    public const string Pipeline = "train-flight-delay";
}
