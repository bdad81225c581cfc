namespace Quickstart;

internal sealed record Delay(float Probability);
