namespace MlPlatform.Pipelines;

/// <summary>A step's lease passed on, or its run was cancelled, while its body ran; what the body did was not committed.</summary>
public sealed class StaleFenceException : MlPlatformException
{
    /// <summary>Makes an exception.</summary>
    /// <param name="step">The run and step.</param>
    /// <param name="fence">The fence that the body was started under.</param>
    /// <param name="actual">The fence found.</param>
    public StaleFenceException(string step, long fence, long actual)
        : base($"Step '{step}' was to be committed under fence {fence}, which no longer holds it (now {actual}). Nothing was committed.")
    {
        Step = step;
        Fence = fence;
        Actual = actual;
    }

    /// <summary>The run and step.</summary>
    public string Step { get; }

    /// <summary>The fence that the body was started under.</summary>
    public long Fence { get; }

    /// <summary>The fence found.</summary>
    public long Actual { get; }
}
