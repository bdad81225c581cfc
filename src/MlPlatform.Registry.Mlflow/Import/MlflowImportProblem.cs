namespace MlPlatform.Registry.Mlflow;

/// <summary>Something that was not imported.</summary>
/// <param name="Path">Its place: its path in the folder, or its kind and id on the server.</param>
/// <param name="Reason">Why.</param>
public sealed record MlflowImportProblem(string Path, string Reason);
