namespace MlPlatform.Serving.Internal;

/// <summary>How a version's requests are run.</summary>
internal enum ExecutorMode
{
    /// <summary>By the caller's thread, at once: handing over would cost more than it could save.</summary>
    Inline,

    /// <summary>Each by itself, as many at a time as there are processors; the others wait.</summary>
    Gated,

    /// <summary>Those that wait are run together.</summary>
    Batched,
}
