namespace MlPlatform.Registry.Mlflow;

/// <summary>Something that was not imported.</summary>
/// <param name="Path">Its path in the folder.</param>
/// <param name="Reason">Why.</param>
public sealed record MlflowImportProblem(string Path, string Reason);
