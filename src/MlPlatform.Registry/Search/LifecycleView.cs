namespace MlPlatform.Registry;

/// <summary>Whether a search sees what was deleted and is not purged yet.</summary>
public enum LifecycleView
{
    /// <summary>What was not deleted.</summary>
    ActiveOnly,

    /// <summary>What was deleted.</summary>
    DeletedOnly,

    /// <summary>Both.</summary>
    All,
}
