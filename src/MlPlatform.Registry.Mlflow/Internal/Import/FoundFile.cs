namespace MlPlatform.Registry.Mlflow.Internal;

/// <summary>A file of a run or of a logged model.</summary>
/// <param name="Place">Where it is, for the report.</param>
/// <param name="Path">Its path in the run.</param>
/// <param name="OpenAsync">Opens it.</param>
internal sealed record FoundFile(string Place, string Path, Func<CancellationToken, Task<Stream>> OpenAsync);
