namespace MlPlatform.Pipelines;

/// <summary>Whether a step's earlier output may be used again.</summary>
public enum CachePolicy
{
    /// <summary>Every run computes it anew. The default.</summary>
    Never,

    /// <summary>
    /// An output made by the same code from the same parameters, inputs, seed and environment is used again, after its bytes were verified. Such a
    /// step may have no effects: <see cref="StepContext.OnCommit"/> throws in it.
    /// </summary>
    ByKey,
}
