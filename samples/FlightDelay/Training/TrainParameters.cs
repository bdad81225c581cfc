namespace FlightDelay;

/// <summary>The parameters of a training run.</summary>
/// <param name="HeldOutDays">The newest known days are held out: the older half chooses from the grid, the newer half is for the gate.</param>
/// <param name="MaximumRows">From more flights than that, every second, third, ... is taken.</param>
internal sealed record TrainParameters(int HeldOutDays = 14, int MaximumRows = 400_000)
{
    /// <summary>What is tried.</summary>
    public IReadOnlyList<GridPoint> Grid { get; init; } = [new(15, 150, 0.1), new(31, 120, 0.1), new(63, 100, 0.1)];
}
