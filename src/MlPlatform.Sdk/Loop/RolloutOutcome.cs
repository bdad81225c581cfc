using MlPlatform.Core;
using MlPlatform.Serving;

namespace MlPlatform.Sdk;

/// <summary>How a rollout ended.</summary>
/// <param name="Rollout">The rollout.</param>
/// <param name="State">Promoted, rolled back or superseded.</param>
/// <param name="Reason">Why, in one sentence.</param>
public sealed record RolloutOutcome(RolloutId Rollout, RolloutState State, string Reason);
