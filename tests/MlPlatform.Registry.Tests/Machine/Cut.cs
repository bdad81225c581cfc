namespace MlPlatform.Registry.Tests;

internal enum Cut
{
    No,

    /// <summary>The caller cancels while the call runs: it happened or it did not, whatever the caller is told.</summary>
    Cancelled,

    /// <summary>The transaction that it is part of fails after it.</summary>
    Failed,
}
