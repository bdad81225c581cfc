namespace MlPlatform.Serving;

/// <summary>The version that one request is for. The default is what the reference and its rollout say.</summary>
/// <remarks>
/// For those who try a version out. Nothing is loaded for it; no other version answers in its place; no copy goes to a shadow; and the rollout does not
/// count it.
/// </remarks>
public readonly record struct PredictionTarget
{
    private PredictionTarget(int version) => Version = version;

    /// <summary>The candidate of the rollout that is going on, whatever its share.</summary>
    public static PredictionTarget Candidate { get; } = new(-1);

    internal int Version { get; }

    /// <summary>The version that serves or the candidate, by its number.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is not one of a version.</exception>
    public static PredictionTarget OfVersion(int version)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(version, 1);
        return new(version);
    }

    /// <inheritdoc/>
    public override string ToString() =>
        Version switch
        {
            0 => "any",
            < 0 => "candidate",
            _ => FormattableString.Invariant($"v{Version}"),
        };
}
