namespace ServingLoad;

/// <summary>What is asked: a zone, which is a whole number, and seven other numbers.</summary>
internal sealed record Visit(float[] Features);
