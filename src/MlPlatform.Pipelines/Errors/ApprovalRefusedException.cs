namespace MlPlatform.Pipelines;

/// <summary>An approval or rejection was not taken: wrong role, nothing to decide, expired, or the subject is another one.</summary>
public sealed class ApprovalRefusedException : MlPlatformException
{
    /// <summary>Makes an exception.</summary>
    public ApprovalRefusedException(string step, string reason)
        : base($"The verdict on '{step}' was not taken: {reason}") => Step = step;

    /// <summary>The run and step.</summary>
    public string Step { get; }
}
