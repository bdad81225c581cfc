namespace MlPlatform.Core;

/// <summary>The kinds of <see cref="Actor"/>.</summary>
public enum ActorKind
{
    /// <summary>A human being.</summary>
    Person,

    /// <summary>An application or service.</summary>
    Service,

    /// <summary>A pipeline run of this platform.</summary>
    Pipeline,
}
