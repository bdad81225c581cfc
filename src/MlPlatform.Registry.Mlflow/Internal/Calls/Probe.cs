namespace MlPlatform.Registry.Mlflow.Internal;

/// <summary>How to find out later whether a call was done: a question to the server.</summary>
internal sealed record Probe(ProbeKind Kind, string First, string? Second = null, string? Third = null);
