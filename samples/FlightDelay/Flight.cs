using Microsoft.ML.Data;

namespace FlightDelay;

/// <summary>A flight as the model sees it at departure, with the label that is known only hours later.</summary>
internal sealed class Flight
{
    [NoColumn]
    public DateTime DepartedAt { get; init; }

    public string Origin { get; init; } = "";

    public string Destination { get; init; } = "";

    public string DayOfWeek { get; init; } = "";

    public float HourSin { get; init; }

    public float HourCos { get; init; }

    public float Distance { get; init; }

    /// <summary>More than 15 minutes late.</summary>
    public bool Label { get; init; }

    public static Flight At(DateTime departedAt, string origin, string destination, float distance, bool late)
    {
        var angle = departedAt.TimeOfDay.TotalHours / 24 * 2 * Math.PI;
        return new()
        {
            DepartedAt = departedAt,
            Origin = origin,
            Destination = destination,
            DayOfWeek = departedAt.DayOfWeek.ToString(),
            HourSin = (float)Math.Sin(angle),
            HourCos = (float)Math.Cos(angle),
            Distance = distance,
            Label = late,
        };
    }
}
