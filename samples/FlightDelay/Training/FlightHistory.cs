namespace FlightDelay;

/// <summary>The flights as the platform has been told of them, in order of departure.</summary>
internal sealed class FlightHistory(IReadOnlyList<Flight> flights, Fault fault)
{
    public IReadOnlyList<Flight> Flights => flights;

    /// <summary>Training rows of the flights that departed in a stretch of time and whose outcome was known by a time.</summary>
    public IReadOnlyList<FlightExample> Examples(DateTime from, DateTime to, DateTime knownAt, int maximum)
    {
        var until = to <= knownAt - Flight.KnownAfter ? to : (knownAt - Flight.KnownAfter).AddTicks(1);
        var (first, last) = (IndexAt(from), IndexAt(until));
        var stride = Math.Max(1, (last - first + maximum - 1) / maximum);
        var examples = new List<FlightExample>(Math.Max(0, (last - first) / stride) + 1);
        for (var i = first; i < last; i += stride)
        {
            examples.Add(FlightExample.Of(fault.AtDeparture(flights[i])) with { Late = fault.Truth(flights[i]) });
        }

        return examples;
    }

    /// <summary>The first flight that departs at a time or later.</summary>
    public int IndexAt(DateTime time)
    {
        var (low, high) = (0, flights.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = flights[middle].DepartedAt < time ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
