namespace FlightDelay;

/// <summary>One flight of the file. Its delay is known only after it has landed.</summary>
/// <param name="Number">Its place in the file's order, which makes its prediction id.</param>
internal readonly record struct Flight(int Number, DateTime DepartedAt, string Origin, string Destination, float Distance, short Delay)
{
    /// <summary>Whoever uses a delay earlier looks into the future.</summary>
    public static readonly TimeSpan KnownAfter = TimeSpan.FromHours(6);

    /// <summary>More than 15 minutes late.</summary>
    public bool Late => Delay > 15;

    public DateTime KnownAt => DepartedAt + KnownAfter;
}
