namespace MlPlatform.Registry.Mlflow.Internal;

/// <summary>Something that is to be imported, read when its turn comes, so that one that cannot be read stops no other.</summary>
/// <param name="Place">Where it is, for the report.</param>
/// <param name="ReadAsync">Reads it; null when there is nothing to import.</param>
internal sealed record Found<T>(string Place, Func<CancellationToken, Task<T?>> ReadAsync)
    where T : class;
