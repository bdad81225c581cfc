namespace ServingLoad;

/// <summary>What the model says.</summary>
internal sealed record Estimate(float Score);
