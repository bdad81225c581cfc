using MlPlatform.Core;

namespace MlPlatform.Registry;

/// <summary>A test that a version passes before a guarded alias may point at it.</summary>
/// <remarks>Thread-safe. Runs outside of any transaction and may take its time.</remarks>
public interface IPromotionGate
{
    /// <summary>Its name, unique in a policy.</summary>
    string Name { get; }

    /// <summary>A text that changes with its settings: a result under other settings is not used again.</summary>
    string PolicyHash { get; }

    /// <summary>Whether the answer rests on what the alias points at now. Then it does not count once that is another version.</summary>
    bool ComparesWithBaseline { get; }

    /// <summary>Judges. Too little evidence is <see cref="GateVerdict.Inconclusive"/>, which does not promote.</summary>
    /// <param name="candidate">What is to be promoted, and what is there now.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    Task<PromotionJudgement> EvaluateAsync(PromotionCandidate candidate, CancellationToken cancellationToken);
}
