namespace MlPlatform.Registry.Tests;

/// <summary>A run of the oracle.</summary>
internal sealed record OracleRun(string Id, int Experiment, string Name, string Status, long Start, long? End, bool IsDeleted)
{
    public required IReadOnlyDictionary<string, double> Metrics { get; init; }

    public required IReadOnlyDictionary<string, string> Params { get; init; }

    public required IReadOnlyDictionary<string, string> Tags { get; init; }

    public required (string Name, string Digest, string? Context)? Dataset { get; init; }
}
