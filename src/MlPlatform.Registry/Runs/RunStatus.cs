namespace MlPlatform.Registry;

/// <summary>Where a run stands.</summary>
public enum RunStatus
{
    /// <summary>It goes on.</summary>
    Running,

    /// <summary>It ended well.</summary>
    Finished,

    /// <summary>It ended with an error.</summary>
    Failed,

    /// <summary>It was stopped.</summary>
    Killed,

    /// <summary>It is to begin later.</summary>
    Scheduled,
}
