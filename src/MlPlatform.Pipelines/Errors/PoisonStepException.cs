namespace MlPlatform.Pipelines;

/// <summary>A step lost its worker too often to be tried again: it probably kills the process that runs it.</summary>
public sealed class PoisonStepException : MlPlatformException
{
    /// <summary>Makes an exception.</summary>
    public PoisonStepException(string step, int losses)
        : base($"Step '{step}' lost its worker {losses} times and is not tried again; look for what ended those processes.") => Step = step;

    /// <summary>The run and step.</summary>
    public string Step { get; }
}
