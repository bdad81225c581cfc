namespace MlPlatform.Monitoring;

/// <summary>What became true of a prediction.</summary>
/// <param name="PredictionId">Which prediction; it may be stored later than its outcome.</param>
/// <param name="Label">The true value; 0 or 1 for a binary classifier.</param>
/// <param name="At">When it became known, platform time; null means now.</param>
public sealed record Outcome(PredictionId PredictionId, double Label, DateTimeOffset? At = null);
