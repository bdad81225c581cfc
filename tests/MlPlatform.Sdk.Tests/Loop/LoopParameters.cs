namespace MlPlatform.Sdk.Tests;

/// <param name="Signal">The share of training labels that say the truth; the rest are coin tosses.</param>
/// <param name="StealAlias">Whether somebody else promotes the version between the gate and the deployment.</param>
internal sealed record LoopParameters(double Signal = 1, bool StealAlias = false);
