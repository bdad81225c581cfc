namespace MlPlatform.Features;

/// <summary>Where pushed rows go.</summary>
public enum PushTarget
{
    /// <summary>Into the history and, in the same transaction, to the views' online rows and tiles.</summary>
    OnlineAndOffline,

    /// <summary>Into the history only; <see cref="IFeatureStore.MaterializeAsync"/> brings them online.</summary>
    Offline,
}
