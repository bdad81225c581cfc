using MlPlatform.Core;

namespace MlPlatform.Registry;

/// <summary>A version that is to be promoted.</summary>
/// <param name="Version">The version.</param>
/// <param name="Alias">The alias that shall point at it.</param>
/// <param name="Baseline">What the alias points at now; null when nothing.</param>
public sealed record PromotionCandidate(ModelVersion Version, string Alias, ModelVersion? Baseline)
{
    /// <summary>The candidate's package; null for a version that another system keeps.</summary>
    public ModelPackage? Package { get; init; }

    /// <summary>The baseline's package, in the same way.</summary>
    public ModelPackage? BaselinePackage { get; init; }

    /// <summary>The trusted signers of the candidate.</summary>
    public IReadOnlyList<string> Signers { get; init; } = [];

    /// <summary>The candidate's card; null without one.</summary>
    public ModelCard? Card { get; init; }
}
