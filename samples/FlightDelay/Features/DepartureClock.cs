namespace FlightDelay;

/// <summary>Hour of the day with its fraction, and the day of the week from Sunday, 0.</summary>
internal sealed record DepartureClock(float HourOfDay, float DayOfWeek);
