namespace MlPlatform.Serving.Internal;

/// <summary>Where a step's input comes from.</summary>
/// <param name="Step">The step whose output it is; -1 for an input of the whole.</param>
/// <param name="Column">Which one.</param>
internal readonly record struct Wire(int Step, int Column);
