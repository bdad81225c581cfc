namespace ServingLoad;

/// <summary>What a phase came to.</summary>
/// <param name="Name">The phase.</param>
/// <param name="Counts">What came back.</param>
/// <param name="Seconds">How long it lasted.</param>
/// <param name="Note">What happened, in a sentence.</param>
/// <param name="Broken">The promises that were broken; none is as it should be.</param>
internal sealed record PhaseResult(string Name, Counts Counts, double Seconds, string Note, IReadOnlyList<string> Broken)
{
    public double Rate => Counts.Answered / Seconds;
}
