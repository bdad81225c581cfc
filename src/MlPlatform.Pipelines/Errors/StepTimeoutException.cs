namespace MlPlatform.Pipelines;

/// <summary>An attempt of a step took longer than its limit.</summary>
public sealed class StepTimeoutException : MlPlatformException
{
    /// <summary>Makes an exception.</summary>
    public StepTimeoutException(string step, TimeSpan limit)
        : base($"Step '{step}' took longer than its limit of {limit:c}.")
    {
        Step = step;
        Limit = limit;
    }

    /// <summary>The run and step.</summary>
    public string Step { get; }

    /// <summary>The limit.</summary>
    public TimeSpan Limit { get; }
}
