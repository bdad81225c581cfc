namespace MlPlatform.Core;

/// <summary>The topics of <see cref="IChangeFeed"/>.</summary>
public static class ChangeTopics
{
    /// <summary>An event was appended.</summary>
    public const string Events = "events";

    /// <summary>An alias moved or a version was made.</summary>
    public const string Models = "models";

    /// <summary>Feature definitions were applied.</summary>
    public const string Features = "features";

    /// <summary>A pipeline step became ready.</summary>
    public const string Steps = "steps";

    /// <summary>A rollout changed.</summary>
    public const string Rollouts = "rollouts";
}
